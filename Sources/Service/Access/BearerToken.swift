import Crypto

/// The secret that lets in beyond loopback.
struct BearerToken: Sendable {
    enum Verdict {
        case right
        case missing
        case wrong
    }

    /// The daemon's own, of this start.
    private let key = SymmetricKey(size: .bits256)
    private let code: HMAC<SHA256>.MAC

    init(_ text: String) { code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key) }

    /// What an Authorization field is worth (RFC 6750, 2.1).
    func verdict(on field: String?) -> Verdict {
        guard let field else { return .missing }
        guard field.prefix(7).lowercased() == "bearer " else { return .wrong }
        return matches(field.utf8.dropFirst(7).drop { $0 == 0x20 }) ? .right : .wrong
    }

    /// Codes are compared, in constant time, and nobody outside can tell which code a guess has: the time says neither
    /// where a guess is wrong nor how long the secret is.
    private func matches(_ given: some Sequence<UInt8>) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Array(given), using: key)
    }
}
