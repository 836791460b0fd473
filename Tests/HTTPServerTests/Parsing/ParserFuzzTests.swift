import Foundation
import Testing

@testable import HTTPServer

/// Changes requests a little, the way that has broken parsers before.
struct RequestMutator {
    private static let tokens = [
        "\r\n", "\n", "\r", "\0", " ", "\t", ":", ",", ";", "%00", "%2e%2e", "%ff", "\r\n ", "\r\n\r\n", "0\r\n\r\n",
        "chunked",
        "Content-Length: 3\r\n", "Content-Length: +3\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "HTTP/1.0",
        "HTTP/2.0", "Expect: 100-continue\r\n", "POST ", "0x", "-1", "fffffffffffffffff",
    ].map { Array($0.utf8) }

    var generator: SeededGenerator
    let seeds: [[UInt8]]

    mutating func next() -> [UInt8] {
        var bytes = seeds.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&bytes) }
        return bytes
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let position = Int.random(in: 0...bytes.count, using: &generator)
        let end = min(bytes.count, position + Int.random(in: 0...12, using: &generator))
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes.insert(contentsOf: Self.tokens.randomElement(using: &generator) ?? [], at: position)
        case 1: bytes.replaceSubrange(position..<end, with: Self.tokens.randomElement(using: &generator) ?? [])
        case 2: bytes.removeSubrange(position..<end)
        case 3: bytes.insert(contentsOf: bytes[position..<end], at: position)
        case 4:
            bytes.replaceSubrange(
                position..<end,
                with: bytes[position..<end].map { $0 ^ (1 << UInt8.random(in: 0..<8, using: &generator)) }
            )
        default: bytes.append(contentsOf: seeds.randomElement(using: &generator) ?? [])
        }
    }
}

@Suite("Fuzzed requests")
struct ParserFuzzTests {
    @Test("break no promise of parser and connection")
    func mutations() {
        let environment = ProcessInfo.processInfo.environment
        let rounds = environment["HTTP_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 3000
        let seed = environment["HTTP_FUZZ_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
        print("HTTP parser fuzz: HTTP_FUZZ_SEED=\(seed)")
        var mutator = RequestMutator(generator: SeededGenerator(seed: seed), seeds: Self.seeds)
        var accepted = 0
        for round in 0..<rounds {
            let bytes = mutator.next()
            let input = "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self).debugDescription)"
            let violation = HTTPProperties.violation(by: bytes)
            #expect(violation == nil, "\(input)")
            accepted += ParserRun(whole: bytes).accepted.count
        }
        // A mutator that makes only rubbish would test nothing.
        #expect(accepted > rounds / 10, "seed \(seed)")
    }

    /// Good requests outnumber bad ones, so that most mutants are nearly good.
    private static let seeds: [[UInt8]] = {
        let good = AcceptedCase.all.map { Array($0.input.utf8) }
        let bad = RefusedCase.all.map { Array($0.input.utf8) }.filter { $0.count < 600 }
        return Array(repeatElement(good, count: 20).joined()) + bad
    }()

    @Test("the second check objects to the refused requests by itself")
    func secondCheckBites() {
        let complete = RefusedCase.lines + RefusedCase.fields + RefusedCase.framing + RefusedCase.chunks
        let missed = complete.filter { StrictCheck.objection(to: Array($0.input.utf8)[...]) == nil }.map(\.name)
        // What it leaves to the parser: limits, expectations, and what a Host may look like.
        #expect(missed.allSatisfy { $0.contains("Host") || $0.contains("expectation") || $0.contains("too ") })
        #expect(missed.count < complete.count / 4, "\(missed)")
    }
}
