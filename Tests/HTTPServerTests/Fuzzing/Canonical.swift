import HTTPTypes

@testable import HTTPServer

/// A request written again in the one plain way, which must read the same as what it was read from.
enum Canonical {
    /// What a request that was written again means otherwise, or nil.
    static func objection(to head: RequestHead, _ body: [UInt8]) -> String? {
        let bytes = write(head, body)
        // Escapes make it longer than it was.
        var limits = Limits()
        limits.requestLineBytes = Int(Int32.max)
        limits.headerBytes = Int(Int32.max)
        let run = ParserRun(whole: bytes, limits: limits)
        guard let again = run.accepted.first, run.fault == nil, run.ends == [bytes.count] else {
            return "written again it reads \(run): \(String(decoding: bytes, as: UTF8.self).debugDescription)"
        }
        let (before, after) = (summary(head, body), summary(again.head, again.body))
        return before == after ? nil : "written again \(before) reads \(after)"
    }

    private static func write(_ head: RequestHead, _ body: [UInt8]) -> [UInt8] {
        let version = head.version == .http11 ? "1.1" : "1.0"
        var text = "\(head.method.rawValue) \(target(head.target)) HTTP/\(version)\r\n"
        for field in head.fields { text += "\(field.name.rawName): \(field.value)\r\n" }
        text += "\r\n"
        var bytes = Array(text.utf8)
        switch head.framing {
        case .none: break
        case .length: bytes += body
        case .chunked: bytes += (body.isEmpty ? [] : ChunkEncoder.chunk(body)) + ChunkEncoder.end
        }
        return bytes
    }

    private static func target(_ target: RequestTarget) -> String {
        var text = target.authority.map { "http://\($0)" } ?? ""
        text += "/" + target.segments.map(escaped).joined(separator: "/")
        if !target.query.isEmpty {
            text += "?" + target.query.map { "\(escaped($0.name))=\(escaped($0.value))" }.joined(separator: "&")
        }
        return text
    }

    /// Everything but letters and digits as `%XX`.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = byte.isDigit || (byte.lowercased >= UInt8(ascii: "a") && byte.lowercased <= UInt8(ascii: "z"))
            if isPlain { return String(Unicode.Scalar(byte)) }
            return (byte < 16 ? "%0" : "%") + String(byte, radix: 16)
        }
        .joined()
    }

    private static func summary(_ head: RequestHead, _ body: [UInt8]) -> [String] {
        [
            head.method.rawValue, head.target.path, "\(head.target.segments)", "\(head.target.query)",
            "\(head.target.authority ?? "-")", "\(head.version)", head.host ?? "-", "\(head.framing)",
            "\(head.keepAlive)", "\(head.expectsContinue)", "\(body)",
        ] + head.fields.map { "\($0.name.canonicalName)=\($0.value)" }
    }
}
