@testable import HTTPServer

/// What the parser promises about any bytes. The libFuzzer target, the mutation test and the test of the corpus
/// ask the same questions.
enum ParserProperties {
    /// The first promise that is broken on these bytes, or nil.
    static func violation(by bytes: [UInt8], limits: Limits) -> String? {
        let whole = ParserRun(whole: bytes, limits: limits)
        return cutting(bytes, whole, limits) ?? memory(bytes, limits) ?? refusal(whole, bytes, limits)
            ?? requests(whole, bytes, limits)
    }

    /// The same whatever the pieces.
    private static func cutting(_ bytes: [UInt8], _ whole: ParserRun, _ limits: Limits) -> String? {
        var generator = SeededGenerator(hashing: bytes)
        let pieces = generator.pieces(of: bytes)
        let inPieces = ParserRun(pieces, limits: limits)
        if inPieces != whole { return "in pieces of \(pieces.map(\.count)): \(inPieces), whole: \(whole)" }
        let single = ParserRun(byteByByte: bytes, limits: limits)
        return single == whole ? nil : "byte by byte: \(single), whole: \(whole)"
    }

    /// What is kept is an incomplete line and a body, both within their limits.
    private static func memory(_ bytes: [UInt8], _ limits: Limits) -> String? {
        let longestLine = max(limits.requestLineBytes, limits.headerBytes, limits.chunkLineBytes) + 1
        let single = ParserRun(byteByByte: bytes, limits: limits)
        let bound = limits.bodyBytes + longestLine
        return single.mostLeft <= bound ? nil : "\(single.mostLeft) bytes are held, \(bound) may be"
    }

    /// After a fault nothing is ever accepted again, and nothing is kept.
    private static func refusal(_ whole: ParserRun, _ bytes: [UInt8], _ limits: Limits) -> String? {
        guard let fault = whole.fault else { return nil }
        var parser = RequestParser(limits: limits)
        parser.append(bytes)
        for _ in 0..<(whole.requests.count * 2 + 4) {
            do {
                if try parser.next() == nil { return "a parser that had refused waits for more" }
            } catch {
                if error != fault { return "refused first for \(fault), then for \(error)" }
                parser.append(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            }
        }
        do {
            _ = try parser.next()
            return "a parser that had refused has accepted something"
        } catch {
            return parser.heldBytes == 0 ? nil : "a parser that has refused keeps bytes"
        }
    }

    private static func requests(_ whole: ParserRun, _ bytes: [UInt8], _ limits: Limits) -> String? {
        var start = 0
        for (index, end) in whole.ends.enumerated() {
            let (head, body) = whole.accepted[index]
            if let objection = form(head, body, limits) { return objection }
            let span = bytes[start..<end]
            if let objection = StrictCheck.objection(to: span) { return "the second check: \(objection)" }
            let alone = ParserRun([span], limits: limits)
            guard alone.requests == [whole.requests[index]], alone.ends == [span.count] else {
                return "alone it reads \(alone), behind others \(whole.requests[index])"
            }
            if let objection = Canonical.objection(to: head, body) { return objection }
            start = end
        }
        return nil
    }

    /// What a handler may rely on.
    private static func form(_ head: RequestHead, _ body: [UInt8], _ limits: Limits) -> String? {
        if body.count > limits.bodyBytes { return "the body has \(body.count) bytes" }
        if head.fields.count > limits.headerFields { return "there are \(head.fields.count) fields" }
        if head.version == .http11, head.host == nil { return "no host" }
        if !head.target.path.hasPrefix("/") { return "the path is \(head.target.path)" }
        let texts = [head.target.path] + head.target.segments + head.target.query.flatMap { [$0.name, $0.value] }
        if texts.contains(where: { $0.utf8.contains(0) }) { return "a NUL in the target" }
        for field in head.fields where !field.value.utf8.allSatisfy(\.isFieldContent) {
            return "a control byte in \(field.name)"
        }
        switch head.framing {
        case .none: return body.isEmpty ? nil : "a body without framing"
        case .length(let length): return body.count == length ? nil : "\(body.count) bytes for a length of \(length)"
        case .chunked: return nil
        }
    }
}

extension Limits {
    /// So small that short inputs meet every one of them.
    static var tiny: Limits {
        var limits = Limits()
        limits.requestLineBytes = 40
        limits.headerBytes = 80
        limits.headerFields = 4
        limits.bodyBytes = 12
        limits.chunkLineBytes = 8
        return limits
    }
}
