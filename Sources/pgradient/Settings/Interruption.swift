import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM as an event; the second one ends the program at once.
///
/// Who cares most is told: the innermost handler, and at the bottom the task of the whole program, which is cancelled.
/// So whatever a command is at, what it has begun (a cluster, a run) is ended properly.
enum Interruption {
    private struct State {
        var count = 0
        var handlers: [@Sendable () -> Void] = []
        var sources: [any DispatchSourceSignal] = []
    }

    private static let state = Mutex(State())

    /// Ignores SIGPIPE: a reader that went away is an error of the write, not the end of the daemon.
    static func prepare() { signal(SIGPIPE, SIG_IGN) }

    /// The outermost handler. Nothing happens before `watch()`.
    static func cancels(_ program: Task<Int32, Never>) {
        state.withLock { $0.handlers.insert({ program.cancel() }, at: 0) }
    }

    /// Listens for signals from now on. The daemon does not ask for this: its services have a listener of their own.
    static func watch() {
        state.withLock { state in
            guard state.sources.isEmpty else { return }
            for number in [SIGINT, SIGTERM] {
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { interrupted() }
                source.resume()
                state.sources.append(source)
            }
        }
    }

    /// Runs a body that looks after an interruption itself: the stream it is given ends with the first one.
    static func handling<Result>(
        _ body: (AsyncStream<Never>) async throws -> Result
    ) async rethrows -> Result {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        state.withLock { $0.handlers.append { continuation.finish() } }
        defer { state.withLock { _ = $0.handlers.popLast() } }
        return try await body(stream)
    }

    private static func interrupted() {
        let handler = state.withLock { state -> (@Sendable () -> Void)? in
            state.count += 1
            return state.count == 1 ? state.handlers.last : nil
        }
        if let handler { handler() } else { exit(130) }
    }
}
