import Foundation
import Testing

@testable import HTTPServer

/// SplitMix64: small, and the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

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

    /// Cuts at random places.
    mutating func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...max(1, min(rest.count, 40)), using: &generator)
            pieces.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return pieces
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
    @Test("never crash the parser, never get past a second check, mean the same in pieces")
    func mutations() {
        let environment = ProcessInfo.processInfo.environment
        let rounds = environment["HTTP_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 20_000
        let seed = environment["HTTP_FUZZ_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
        print("HTTP parser fuzz: HTTP_FUZZ_SEED=\(seed)")
        var mutator = RequestMutator(generator: SeededGenerator(seed: seed), seeds: Self.seeds)
        var accepted = 0
        for round in 0..<rounds {
            let bytes = mutator.next()
            let input = "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self).debugDescription)"
            let whole = ParserRun(whole: bytes)
            #expect(whole == ParserRun(mutator.pieces(of: bytes)), "\(input)")
            #expect(whole.ends.allSatisfy { $0 <= bytes.count } && whole.mostHeld <= bytes.count, "\(input)")
            var start = 0
            for end in whole.ends {
                accepted += 1
                let objection = StrictCheck.objection(to: bytes[start..<end])
                #expect(objection == nil, "\(input)")
                start = end
            }
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
