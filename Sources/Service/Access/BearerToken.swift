/// The secret that lets in beyond loopback.
struct BearerToken: Sendable {
    enum Verdict {
        case right
        case missing
        case wrong
    }

    private let secret: [UInt8]

    init(_ text: String) { secret = Array(text.utf8) }

    /// What an Authorization field is worth (RFC 6750, 2.1).
    func verdict(on field: String?) -> Verdict {
        guard let field else { return .missing }
        guard field.prefix(7).lowercased() == "bearer " else { return .wrong }
        return matches(field.utf8.dropFirst(7).drop { $0 == 0x20 }) ? .right : .wrong
    }

    /// Looks at every byte that was given, and at nothing but those: how long it takes depends on what the client
    /// knows already, and neither on where the first difference is nor on how long the secret is.
    private func matches(_ given: some Sequence<UInt8>) -> Bool {
        var difference: UInt8 = 0
        var index = 0
        var count = 0
        for byte in given {
            difference |= byte ^ secret[index]
            index += 1
            // Without a branch: back to the start behind the last byte.
            index *= (index - secret.count) >> (Int.bitWidth - 1) & 1
            count += 1
        }
        return difference == 0 && count == secret.count
    }
}
