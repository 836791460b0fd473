import Foundation
import Testing

@testable import HTTPServer

/// What the fuzzer has found worth keeping, without the fuzzer.
@Suite("The fuzzer's corpus")
struct CorpusTests {
    /// `Tests/Fuzzers/HTTP/Corpus`, one input per file.
    private static func corpus() throws -> [(name: String, bytes: [UInt8])] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Fuzzers/HTTP/Corpus").standardizedFileURL
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
    }

    @Test("keeps every promise of parser and connection")
    func promises() throws {
        let corpus = try Self.corpus()
        #expect(corpus.count >= 50)
        #expect(corpus.reduce(0) { $0 + $1.bytes.count } < 1_000_000)
        for (name, bytes) in corpus {
            let violation = HTTPProperties.violation(by: bytes)
            #expect(violation == nil, "\(name): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
    }

    @Test("holds requests of every kind that is accepted and of every way to be refused")
    func breadth() throws {
        var accepted = (none: 0, length: 0, chunked: 0, pipelined: 0)
        var statuses: Set<Int> = []
        for (_, bytes) in try Self.corpus() {
            for limits in [Limits.default, .tiny] {
                let run = ParserRun(whole: bytes, limits: limits)
                if let fault = run.fault { statuses.insert(fault.status.code) }
                if run.accepted.count > 1 { accepted.pipelined += 1 }
                for (head, _) in run.accepted {
                    switch head.framing {
                    case .none: accepted.none += 1
                    case .length: accepted.length += 1
                    case .chunked: accepted.chunked += 1
                    }
                }
            }
        }
        #expect(statuses.isSuperset(of: [400, 411, 413, 414, 417, 431, 501, 505]), "\(statuses)")
        #expect(accepted.none > 0 && accepted.length > 0 && accepted.chunked > 0 && accepted.pipelined > 0)
    }

    @Test("the promises hold for the requests of the other tests", arguments: [true, false])
    func cases(areGood: Bool) {
        let inputs = areGood ? AcceptedCase.all.map(\.input) : RefusedCase.all.map(\.input)
        for input in inputs where input.utf8.count < 2000 {
            let violation = HTTPProperties.violation(by: Array(input.utf8))
            #expect(violation == nil, "\(input.debugDescription)")
        }
    }
}
