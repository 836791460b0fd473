import Glibc
import Synchronization

/// Kills the processes that tests have started and that outlive this one, however it ends.
///
/// A small shell reads `+ pid` and `- pid` from a socket; at its end, which comes with the end of this process, it
/// kills what has not been taken off the list.
public final class ProcessGuard: Sendable {
    public static let shared = ProcessGuard()

    private static let script = """
        list=' '
        while read -r sign pid; do
          case $sign in
            +) list="$list$pid " ;;
            -) list=$(printf %s "$list" | sed "s/ $pid / /") ;;
          esac
        done
        for pid in $list; do kill -KILL "$pid"; done
        """

    private let writeEnd: CInt

    private init() {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            preconditionFailure("socketpair: errno \(errno)")
        }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        // The test runner waits for the end of its own pipes: the shell must not hold them.
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let words = ["setsid", "sh", "-c", Self.script, "pgradient-guard"]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, "/usr/bin/setsid", &actions, nil, &arguments, environ) == 0 else {
            preconditionFailure("setsid can't be run")
        }
        writeEnd = ends[1]
    }

    /// Puts a process on the list.
    public func watch(_ pid: pid_t) { tell("+ \(pid)\n") }

    /// Takes a process that has ended off the list.
    public func forget(_ pid: pid_t) { tell("- \(pid)\n") }

    private func tell(_ line: String) {
        let bytes = Array(line.utf8)
        _ = send(writeEnd, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }
}
