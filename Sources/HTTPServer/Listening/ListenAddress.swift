import Glibc

/// Where a server listens.
public enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 or IPv6 address (without brackets) or `localhost`, which is 127.0.0.1 here; port 0 is any free one.
    case tcp(host: String, port: Int)
    /// The path of a unix socket, at most 107 bytes.
    case unix(path: String)

    /// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` or `unix:/path`.
    ///
    /// Only addresses, no names: a name could come to mean another interface tomorrow. An empty host is refused for
    /// the same reason; who wants every interface says `0.0.0.0`.
    public init(parsing text: String) throws(ListenError) {
        if text.hasPrefix("unix:") {
            self = .unix(path: try Self.path(String(text.dropFirst(5)), in: text))
            return
        }
        guard let colon = text.lastIndex(of: ":") else { throw .invalidAddress(text, "the port is missing") }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.contains(":") else { throw .invalidAddress(text, "only IPv6 addresses stand in brackets") }
        } else if host.contains(":") {
            throw .invalidAddress(text, "an IPv6 address stands in brackets, as in [::1]:8080")
        }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isDigit), let port = UInt16(digits) else {
            throw .invalidAddress(text, "the port is not a number between 0 and 65535")
        }
        guard !host.isEmpty else {
            throw .invalidAddress(
                text,
                "the host is missing: 127.0.0.1 is this machine only, 0.0.0.0 every IPv4 interface"
            )
        }
        guard SocketAddress(host: host, port: port) != nil else {
            throw .invalidAddress(text, "the host is neither an IP address nor localhost")
        }
        self = .tcp(host: host, port: Int(port))
    }

    /// Whether only this machine can reach it.
    public var isLoopback: Bool {
        switch self {
        case .tcp(let host, let port): SocketAddress(host: host, port: UInt16(clamping: port))?.isLoopback ?? false
        case .unix: true
        }
    }

    /// As `init(parsing:)` reads it.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    private static func path(_ path: String, in text: String) throws(ListenError) -> String {
        guard !path.isEmpty else { throw .invalidAddress(text, "the path of the socket is missing") }
        guard !path.utf8.contains(0) else { throw .invalidAddress(text, "the path of the socket holds a NUL") }
        guard path.utf8.count <= SocketAddress.longestPath else {
            throw .invalidAddress(
                text,
                "the path has \(path.utf8.count) bytes, a socket's may have \(SocketAddress.longestPath)"
            )
        }
        return path
    }
}
