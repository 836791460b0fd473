import EmbeddedPostgres
import Glibc
import Synchronization

/// A small shell that waits for the end of this process and then removes a server and its directory.
///
/// It waits for the end of file on a socket whose other end only this process holds, so it works after a normal
/// exit, a crash and `kill -9` alike. It is the only cleaner: tests need no tear-down.
final class Reaper: Sendable {
    private let writeEnd: Mutex<CInt?>

    /// Argument `$1`: the directory. A server that was just being started shows its pid file late, hence
    /// the rounds; `kill -QUIT` is PostgreSQL's immediate shutdown. A pid is believed only when the process
    /// works in the directory or names it.
    private static let script = """
        cat
        for round in 1 2 3 4 5; do
          find "$1" -maxdepth 6 -name postmaster.pid 2>/dev/null | while read -r file; do
            pid=$(head -n 1 "$file" 2>/dev/null) && [ -n "$pid" ] && [ "$pid" -gt 1 ] || continue
            case $(readlink "/proc/$pid/cwd"; tr '\\0' ' ' < "/proc/$pid/cmdline") in *"$1"*) ;; *) continue ;; esac
            kill -QUIT "$pid"
            timeout 10 tail --pid="$pid" --sleep-interval=0.05 -f /dev/null
          done
          rm -rf -- "$1"
          [ -e "$1" ] || exit 0
          sleep 0.2
        done
        """

    /// Starts the shell in a session of its own, so that Ctrl-C in a terminal does not end it before us, and as nobody's
    /// child: Swift Testing waits for any child when it runs exit tests, and never gets past one that nobody collects.
    init(directory: String) throws {
        var ends: [CInt] = [-1, -1]
        // Closed on exec from the first moment: no child may hold the end that tells of our death.
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw TestServerError(what: "socketpair: errno \(errno)")
        }
        defer { close(ends[0]) }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        // The test runner waits for the end of its own pipes: the shell must not hold them.
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)

        let words = ["setsid", "--fork", "sh", "-c", Self.script, "pgradient-reaper", directory]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var variables = [strdup("PATH=/usr/local/bin:/usr/bin:/bin"), nil]
        defer { variables.forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, "/usr/bin/setsid", &actions, nil, &arguments, &variables)
        guard failure == 0 else {
            close(ends[1])
            throw TestServerError(what: "posix_spawn setsid: errno \(failure)")
        }
        // setsid itself ends as soon as it has forked.
        var status: CInt = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
        writeEnd = Mutex(ends[1])
    }

    /// Lets the shell begin now.
    func reap() {
        writeEnd.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }

    deinit { reap() }
}
