import Glibc
import TestSupport

/// A line of shell as a process of its own, one socket being its standard input and output. It is killed when the object
/// goes, or with the test process at the latest.
final class Child: Sendable {
    let pid: pid_t
    private let socket: Int32

    /// - Parameters:
    ///   - line: for `sh`; it ends in `exec "$@"`, so that the process is the command itself.
    ///   - command: program and arguments, `$@` in the line.
    init(_ line: String, _ command: [String]) throws {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw TestServerError(what: "socketpair: errno \(errno)")
        }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        var arguments: [UnsafeMutablePointer<CChar>?] =
            (["/bin/sh", "-c", line, "sh"] + command).map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, "/bin/sh", &actions, nil, &arguments, environ)
        guard failure == 0 else {
            close(ends[0])
            throw TestServerError(what: "\(command.first ?? "sh") can't be run: errno \(failure)")
        }
        self.pid = pid
        socket = ends[0]
        ProcessGuard.shared.watch(pid)
    }

    func kill() { _ = Glibc.kill(pid, SIGKILL) }

    deinit {
        kill()
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        ProcessGuard.shared.forget(pid)
        close(socket)
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent < 0, errno == EINTR { continue }
            guard sent > 0 else { throw TestServerError(what: "process \(pid) does not listen: errno \(errno)") }
            rest = rest.dropFirst(sent)
        }
    }

    /// Waits for what it has to say; nil at the end. It blocks.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            return count > 0 ? Array(buffer[..<count]) : nil
        }
    }
}
