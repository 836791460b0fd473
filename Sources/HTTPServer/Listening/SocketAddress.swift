import Glibc

/// A socket address in the system's form.
struct SocketAddress {
    /// `sun_path` less its NUL.
    static let longestPath = 107

    private var storage: sockaddr_storage
    private var length: socklen_t

    /// An IP address, or `localhost`, which is 127.0.0.1 whatever a hosts file says (RFC 6761, 6.3).
    init?(host: String, port: UInt16) {
        let host = host == "localhost" ? "127.0.0.1" : host
        var v4 = sockaddr_in()
        var v6 = sockaddr_in6()
        if inet_pton(AF_INET, host, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            self.init(copying: v4)
        } else if inet_pton(AF_INET6, host, &v6.sin6_addr) == 1 {
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = port.bigEndian
            self.init(copying: v6)
        } else {
            return nil
        }
    }

    /// A unix socket; nil when the path is too long.
    init?(path: String) {
        let bytes = Array(path.utf8)
        guard bytes.count <= Self.longestPath else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        self.init(copying: address)
    }

    /// An empty one, and what `fill` made of it.
    init?(filledBy fill: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) {
        storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { fill($0, &length) }
        }
        self.length = length
        if result != 0 { return nil }
    }

    private init<Address>(copying address: Address) {
        storage = sockaddr_storage()
        length = socklen_t(MemoryLayout<Address>.size)
        withUnsafeMutableBytes(of: &storage) { target in
            withUnsafeBytes(of: address) { target.copyMemory(from: $0) }
        }
    }

    var family: Int32 { Int32(storage.ss_family) }

    /// Host and port of an IP address.
    var hostAndPort: (host: String, port: Int)? {
        switch family {
        case AF_INET:
            withBytes(as: sockaddr_in.self) { (Self.text(AF_INET, $0.sin_addr), Int(UInt16(bigEndian: $0.sin_port))) }
        case AF_INET6:
            withBytes(as: sockaddr_in6.self) {
                (Self.text(AF_INET6, $0.sin6_addr), Int(UInt16(bigEndian: $0.sin6_port)))
            }
        default: nil
        }
    }

    /// 127.0.0.0/8, ::1, and the former mapped into IPv6.
    var isLoopback: Bool {
        switch family {
        case AF_INET: withBytes(as: sockaddr_in.self) { UInt32(bigEndian: $0.sin_addr.s_addr) >> 24 == 127 }
        case AF_INET6:
            withBytes(as: sockaddr_in6.self) {
                withUnsafeBytes(of: $0.sin6_addr) { bytes in
                    let mapped = bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127])
                    return mapped || (bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1)
                }
            }
        default: false
        }
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    private func withBytes<Address, Result>(as type: Address.Type, _ body: (Address) -> Result) -> Result {
        withUnsafeBytes(of: storage) { body($0.loadUnaligned(as: type)) }
    }

    private static func text<Address>(_ family: Int32, _ address: Address) -> String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        return withUnsafePointer(to: address) { pointer in
            guard inet_ntop(family, pointer, &buffer, socklen_t(buffer.count)) != nil else { return "" }
            return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}
