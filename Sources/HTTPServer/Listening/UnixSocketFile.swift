import CLinux
import Glibc

/// The file a unix socket leaves in the file system, known by its inode so that no other one is removed.
struct UnixSocketFile: Sendable {
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    /// The file now at `path`, or nil when there is none.
    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.path = path
        device = status.st_dev
        inode = status.st_ino
    }

    func removeIfOurs() {
        guard let present = UnixSocketFile(path), present.device == device, present.inode == inode else { return }
        unlink(path)
    }

    /// Makes room at `path`: a socket on which nobody answers any more is removed, anything else is an error.
    static func clear(_ path: String, _ native: SocketAddress, _ address: ListenAddress) throws(ListenError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let probe = socket(AF_UNIX, type, 0)
        guard probe >= 0 else { throw ListenError(call: "socket", code: errno, address: address) }
        defer { _ = close(probe) }
        // EAGAIN is a full backlog: somebody is there, if slow.
        if native.withPointer({ connect(probe, $0, $1) }) == 0 || errno == EAGAIN { throw .socketInUse(path: path) }
        guard errno == ECONNREFUSED else { throw ListenError(call: "connect", code: errno, address: address) }
        guard unlink(path) == 0 else { throw ListenError(call: "unlink", code: errno, address: address) }
    }
}

/// Held while a stale socket is replaced, so that two daemons that start at once do not remove each other's.
struct DirectoryLock {
    private let descriptor: Int32

    init(ofFileAt path: String, _ address: ListenAddress) throws(ListenError) {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ListenError(call: "open", code: errno, address: address) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            _ = close(descriptor)
            throw code == EWOULDBLOCK
                ? .socketInUse(path: path) : ListenError(call: "flock", code: code, address: address)
        }
    }

    func release() {
        _ = close(descriptor)
    }
}
