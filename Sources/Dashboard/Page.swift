/// An HTML document with one style sheet and one script in it, and a policy under which a browser runs these and nothing
/// else.
public struct Page: Sendable {
    /// UTF-8.
    public let body: [UInt8]
    /// The value of `Content-Security-Policy`.
    public let securityPolicy: String
    /// Tells this page from that of another version.
    public let fingerprint: String

    /// - Parameter frame: HTML with a place for each of the others.
    init(frame: String, style: String, script: String) {
        let html = Self.put(style, into: Self.put(script, into: frame, at: "/*SCRIPT*/"), at: "/*STYLE*/")
        body = Array(html.utf8)
        securityPolicy = [
            "default-src 'none'", "style-src '\(Self.source(style))'", "script-src '\(Self.source(script))'",
            "connect-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; ")
        fingerprint = SHA256.digest(of: body).prefix(16).map(Self.hexadecimal).joined()
    }

    /// What a policy calls an inline element by: the hash of all that stands between its tags.
    private static func source(_ text: String) -> String { "sha256-\(base64(SHA256.digest(of: Array(text.utf8))))" }

    private static func put(_ text: String, into frame: String, at place: String) -> String {
        let parts = frame.split(separator: place, maxSplits: 1, omittingEmptySubsequences: false)
        precondition(parts.count == 2, "the page has no place \(place)")
        return parts[0] + text + parts[1]
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

    private static func base64(_ bytes: [UInt8]) -> String {
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0..<4 {
                text.append(index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : "=")
            }
        }
        return text
    }
}
