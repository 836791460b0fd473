import Foundation
import TestSupport

/// Starts a process with its standard streams in our hands.
struct Spawn {
    let pid: pid_t
    /// Our ends of its standard output and standard error; -1 where nobody reads.
    let output: Int32
    let error: Int32

    init(
        _ command: [String],
        environment: [String: String],
        directory: String,
        input: String,
        closed: Int32?
    ) throws {
        let streams = try (0..<3).map { _ in try Stream() }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in streams.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, stream.theirs, Int32(number))
        }

        // Signals as a shell leaves them, whatever the test runner ignores or blocks.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let words = ["/usr/bin/env", "-C", directory, "--"] + command
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { variables.forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, words[0], &actions, &attributes, &arguments, &variables)
        for stream in streams { close(stream.theirs) }
        guard failure == 0 else { throw TestServerError(what: "\(words[0]) can't be run: errno \(failure)") }
        self.pid = pid
        output = Self.opened(streams[1].ours, isClosed: closed == 1)
        error = Self.opened(streams[2].ours, isClosed: closed == 2)
        // What a test has to say fits into the socket's buffer, whoever reads it.
        let bytes = Array(input.utf8)
        _ = send(streams[0].ours, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        close(streams[0].ours)
    }

    private static func opened(_ descriptor: Int32, isClosed: Bool) -> Int32 {
        guard isClosed else { return descriptor }
        close(descriptor)
        return -1
    }

    /// A pair of sockets and not a pipe: they can be made so that no other child inherits them.
    private struct Stream {
        let ours: Int32
        let theirs: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
                throw TestServerError(what: "socketpair: errno \(errno)")
            }
            (ours, theirs) = (ends[0], ends[1])
        }
    }
}
