/// The host and port of a Host or Origin field, taken apart and spelled in one way.
struct Authority: Equatable {
    /// In lower case, without brackets and without the dot that ends a fully qualified name.
    let host: String
    let port: Int?

    /// Reads `name`, `name:8080` or `[::1]:8080`; nil for what is none of them.
    init?(_ text: some StringProtocol) {
        var host = Substring(text)
        var port: Substring?
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
            port = host[colon...].dropFirst()
            host = host[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        if host.hasSuffix(".") { host = host.dropLast() }
        guard !host.isEmpty else { return nil }
        self.host = host.lowercased()
        // `name:` is `name`.
        guard let port, !port.isEmpty else {
            self.port = nil
            return
        }
        guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port) else { return nil }
        self.port = Int(number)
    }
}
