import CLinux
import Glibc

/// A bound, listening, non-blocking socket.
struct Listener: Sendable {
    private static let backlog: Int32 = 511

    let descriptor: Int32
    /// Where it listens, port 0 resolved.
    let address: ListenAddress
    private let socketFile: UnixSocketFile?

    static func open(_ address: ListenAddress) throws(ListenError) -> Listener {
        switch address {
        case .tcp(let host, let port): try openTCP(host: host, port: port, address)
        case .unix(let path): try openUnix(path: path, address)
        }
    }

    /// Stops listening. A unix socket's file goes too, if it is still ours.
    func close() {
        socketFile?.removeIfOurs()
        _ = Glibc.close(descriptor)
    }

    private static func openTCP(host: String, port: Int, _ address: ListenAddress) throws(ListenError) -> Listener {
        guard let port = UInt16(exactly: port), let native = SocketAddress(host: host, port: port) else {
            throw .invalidAddress(address.description, "the host is no IP address or the port no number up to 65535")
        }
        let descriptor = try makeSocket(native.family, address)
        do throws(ListenError) {
            // A restart must not wait for connections of the last daemon to be forgotten.
            var on: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            try bindAndListen(descriptor, native, address)
            let bound = SocketAddress { getsockname(descriptor, $0, $1) }
            let resolved = bound?.hostAndPort.map { ListenAddress.tcp(host: host, port: $0.port) }
            return Listener(descriptor: descriptor, address: resolved ?? address, socketFile: nil)
        } catch {
            _ = Glibc.close(descriptor)
            throw error
        }
    }

    private static func openUnix(path: String, _ address: ListenAddress) throws(ListenError) -> Listener {
        guard let native = SocketAddress(path: path) else {
            throw .invalidAddress(address.description, "the path is longer than \(SocketAddress.longestPath) bytes")
        }
        let lock = try DirectoryLock(ofFileAt: path, address)
        defer { lock.release() }
        try UnixSocketFile.clear(path, native, address)
        let descriptor = try makeSocket(AF_UNIX, address)
        do throws(ListenError) {
            // Linux takes the file's mode from the socket; a umask would be the whole process's.
            guard fchmod(descriptor, 0o600) == 0 else {
                throw ListenError(call: "fchmod", code: errno, address: address)
            }
            try bindAndListen(descriptor, native, address)
            return Listener(descriptor: descriptor, address: address, socketFile: UnixSocketFile(path))
        } catch {
            _ = Glibc.close(descriptor)
            throw error
        }
    }

    private static func makeSocket(_ family: Int32, _ address: ListenAddress) throws(ListenError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw ListenError(call: "socket", code: errno, address: address) }
        return descriptor
    }

    private static func bindAndListen(
        _ descriptor: Int32,
        _ native: SocketAddress,
        _ address: ListenAddress
    ) throws(ListenError) {
        guard native.withPointer({ bind(descriptor, $0, $1) }) == 0 else {
            throw ListenError(call: "bind", code: errno, address: address)
        }
        guard listen(descriptor, backlog) == 0 else { throw ListenError(call: "listen", code: errno, address: address) }
    }
}
