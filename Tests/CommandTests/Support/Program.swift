import EmbeddedPostgres
import Foundation
import Synchronization
import TestSupport
import Testing

/// The built `pgradient`, or another program, as a process of its own. It is killed when the object goes, or with the
/// test process at the latest.
final class Program: Sendable {
    /// How a program ended.
    enum Status: Equatable {
        case exited(Int32)
        case killed(Int32)
    }

    /// What a program left behind.
    struct Ending {
        let status: Status
        let output: String
        let error: String
    }

    let pid: pid_t
    let output = Transcript()
    let error = Transcript()
    private let ending = Mutex<Status?>(nil)
    /// Complete once `ending` is set.
    private let end = Transcript()

    /// The built binary: SwiftPM puts executables beside the test runner.
    static func pgradient() throws -> String {
        let runner = try #require(realpath("/proc/self/exe", nil))
        defer { free(runner) }
        return URL(fileURLWithPath: String(cString: runner)).deletingLastPathComponent().path + "/pgradient"
    }

    /// Starts `pgradient`.
    /// - Parameters:
    ///   - environment: put over an environment without any variable of ours or PostgreSQL's.
    ///   - input: what is on standard input.
    ///   - closed: a standard stream that nobody reads: 1 or 2.
    convenience init(
        _ arguments: [String],
        environment: [String: String] = [:],
        directory: String = "/",
        input: String = "",
        as user: ServerUser = .current,
        closed: Int32? = nil
    ) throws {
        try self.init(
            command: user.commandPrefix + [try Self.pgradient()] + arguments,
            environment: environment,
            directory: directory,
            input: input,
            closed: closed
        )
    }

    init(
        command: [String],
        environment: [String: String] = [:],
        directory: String = "/",
        input: String = "",
        closed: Int32? = nil
    ) throws {
        let process = try Spawn(
            command,
            environment: Self.environment(with: environment),
            directory: directory,
            input: input,
            closed: closed
        )
        pid = process.pid
        ProcessGuard.shared.watch(pid)
        Self.read(process.output, into: output)
        Self.read(process.error, into: error)
        Thread.detachNewThread { [pid, end, weak self] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            ProcessGuard.shared.forget(pid)
            // WIFSIGNALED and WEXITSTATUS of wait(2), which are macros.
            let signal = status & 0x7f
            self?.ending.withLock { $0 = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal) }
            end.complete()
        }
    }

    deinit { send(SIGKILL) }

    /// Sends a signal, if the process is still there.
    func send(_ signal: Int32) {
        ending.withLock { ending in
            if ending == nil { kill(pid, signal) }
        }
    }

    /// Waits for the end.
    func finish(within limit: Duration = .seconds(240)) async throws -> Ending {
        do {
            _ = try await end.whole(within: limit)
        } catch is Late {
            throw Late(description: "not ended within \(limit); it said:\n\(output.text)\n\(error.text)")
        }
        let status = try #require(ending.withLock { $0 })
        return Ending(status: status, output: try await output.whole(), error: try await error.whole())
    }

    /// Runs `pgradient` to its end.
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        directory: String = "/",
        input: String = "",
        as user: ServerUser = .current
    ) async throws -> Ending {
        try await Program(arguments, environment: environment, directory: directory, input: input, as: user).finish()
    }

    private static func environment(with more: [String: String]) -> [String: String] {
        ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") && $0.key != "XDG_RUNTIME_DIR" }
            .merging(more) { $1 }
    }

    private static func read(_ descriptor: Int32, into transcript: Transcript) {
        guard descriptor >= 0 else { return transcript.complete() }
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = Foundation.read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                transcript.append(buffer[..<count])
            }
            close(descriptor)
            transcript.complete()
        }
    }
}
