import Crypto
import Foundation

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
        fingerprint = Self.digest(of: body)
    }

    /// What a policy calls an inline element by: the hash of all that stands between its tags.
    private static func source(_ text: String) -> String { "sha256-\(digest(of: Array(text.utf8)))" }

    private static func digest(of bytes: [UInt8]) -> String { Data(SHA256.hash(data: bytes)).base64EncodedString() }

    private static func put(_ text: String, into frame: String, at place: String) -> String {
        let parts = frame.split(separator: place, maxSplits: 1, omittingEmptySubsequences: false)
        precondition(parts.count == 2, "the page has no place \(place)")
        return parts[0] + text + parts[1]
    }
}
