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
        var source: (any DispatchSourceRead)?
    }

    private static let state = Mutex(State())

    /// Ignores SIGPIPE: a reader that went away is an error of the write, not the end of the daemon.
    static func prepare() { signal(SIGPIPE, SIG_IGN) }

    /// The outermost handler. Nothing happens before `watch()`.
    static func cancels(_ program: Task<Int32, Never>) {
        state.withLock { $0.handlers.insert({ program.cancel() }, at: 0) }
    }

    /// Listens for signals from now on: when this returns, none is missed.
    ///
    /// A handler of our own hands them to a pipe. Dispatch's signal sources begin to listen a moment after they are
    /// resumed, and a signal in that moment would be lost.
    static func watch() {
        state.withLock { state in
            guard state.source == nil else { return }
            var ends: [CInt] = [-1, -1]
            guard pipe(&ends) == 0 else { return }
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
            signalPipe = ends[1]
            let source = DispatchSource.makeReadSource(fileDescriptor: ends[0], queue: .global())
            source.setEventHandler { [readEnd = ends[0]] in
                var byte: UInt8 = 0
                while read(readEnd, &byte, 1) == 1 { interrupted() }
            }
            source.resume()
            state.source = source
            for number in [SIGINT, SIGTERM] {
                signal(number) { _ in
                    // Only what a signal handler may do: write, and leave errno as it was.
                    let saved = errno
                    var byte: UInt8 = 1
                    _ = write(signalPipe, &byte, 1)
                    errno = saved
                }
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

/// Where the signal handler writes. Set once, before the handler is there.
private nonisolated(unsafe) var signalPipe: CInt = -1
