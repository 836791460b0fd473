import Glibc

/// Why a server cannot listen: what was tried, where, and what to do next.
public enum ListenError: Error, Equatable, CustomStringConvertible {
    case invalidAddress(String, String)
    case addressInUse(ListenAddress)
    case permissionDenied(ListenAddress)
    case addressNotAvailable(ListenAddress)
    /// Another server answers on this unix socket.
    case socketInUse(path: String)
    /// The path belongs to a file that is no socket, and is left alone.
    case notASocket(path: String)
    case directoryMissing(path: String)
    /// `start` was called a second time.
    case alreadyStarted
    /// Anything else the system answered.
    case system(call: String, code: Int32, ListenAddress)

    public var description: String {
        switch self {
        case .invalidAddress(let text, let why):
            "cannot listen on \"\(text)\": \(why). Use 127.0.0.1:8080, [::1]:8080 or unix:/path"
        case .addressInUse(let address):
            "cannot listen on \(address): another program uses this port. "
                + "Choose another address with --listen, or port 0 for any free one"
        case .permissionDenied(let address):
            switch address {
            case .tcp:
                "cannot listen on \(address): permission denied. Ports below 1024 need a privilege; choose a higher one"
            case .unix: "cannot listen on \(address): permission denied. Choose a directory this user may write to"
            }
        case .addressNotAvailable(let address):
            "cannot listen on \(address): this machine has no such address. Use 127.0.0.1, or 0.0.0.0 for all of its own"
        case .socketInUse(let path):
            "cannot listen on unix:\(path): another server answers there. Stop it or choose another path"
        case .notASocket(let path):
            "cannot listen on unix:\(path): there is a file that is not a socket. Remove it or choose another path"
        case .directoryMissing(let path):
            "cannot listen on unix:\(path): its directory does not exist. Make it or choose another path"
        case .alreadyStarted:
            "this server has been started before; make a new one"
        case .system(let call, let code, let address):
            "cannot listen on \(address): \(call) failed: \(String(cString: strerror(code)))"
        }
    }

    /// The error for what a system call on `address` left in `errno`.
    init(call: String, code: Int32, address: ListenAddress) {
        switch (code, address) {
        case (EADDRINUSE, .tcp): self = .addressInUse(address)
        case (EACCES, _), (EPERM, _): self = .permissionDenied(address)
        case (EADDRNOTAVAIL, _): self = .addressNotAvailable(address)
        case (ENOENT, .unix(let path)), (ENOTDIR, .unix(let path)): self = .directoryMissing(path: path)
        default: self = .system(call: call, code: code, address)
        }
    }
}
