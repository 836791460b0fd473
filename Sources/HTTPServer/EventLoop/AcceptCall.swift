import CLinux
import Glibc

/// What came of asking a listening socket for a connection.
enum AcceptResult: Sendable {
    case connection(Int32, remoteAddress: String)
    /// Nobody is waiting.
    case none
    /// This one is lost, the next may be fine.
    case failed
    /// The process or the system has no descriptor or memory left; the connection is still waiting.
    case exhausted
}

/// accept(2), replaceable so that a test can run out of descriptors.
typealias AcceptCall = @Sendable (_ listener: Int32) -> AcceptResult

enum SystemAccept {
    static let call: AcceptCall = { listener in
        var descriptor: Int32 = -1
        var code: Int32 = 0
        let peer = SocketAddress { address, length in
            descriptor = accept4(listener, address, length, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
            code = errno
            return descriptor < 0 ? -1 : 0
        }
        guard let peer else {
            switch code {
            case EAGAIN: return .none
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
            // accept(2): network errors of the new connection arrive here too.
            default: return .failed
            }
        }
        guard let (host, port) = peer.hostAndPort else {
            return .connection(descriptor, remoteAddress: "unix:" + (user(behind: descriptor).map { "\($0)" } ?? ""))
        }
        var on: Int32 = 1
        // The server writes whole answers and whole events; waiting to join them only costs time.
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return .connection(descriptor, remoteAddress: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
    }

    /// The user at the other end of a unix socket, as the kernel knows it.
    private static func user(behind descriptor: Int32) -> UInt32? {
        // `struct ucred`, which glibc declares only with _GNU_SOURCE: process, user, group.
        var credentials: (pid: Int32, user: UInt32, group: UInt32) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: credentials))
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return nil }
        return credentials.user
    }
}
