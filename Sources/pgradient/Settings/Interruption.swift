import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM as an event that a command can wait for; the second one ends the program at once.
enum Interruption {
    private struct State {
        var count = 0
        var handler: (@Sendable () -> Void)?
    }

    private static let state = Mutex(State())
    private static let sources = Mutex<[any DispatchSourceSignal]>([])

    /// Ignores SIGPIPE: a reader that went away is an error of the write, not the end of the daemon.
    static func prepare() async { signal(SIGPIPE, SIG_IGN) }

    /// Calls the handler at the first interruption from now on.
    static func onInterrupt(_ handler: @escaping @Sendable () -> Void) {
        state.withLock { $0.handler = handler }
        sources.withLock { sources in
            guard sources.isEmpty else { return }
            for number in [SIGINT, SIGTERM] {
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { interrupted() }
                source.resume()
                sources.append(source)
            }
        }
    }

    /// Waits for the first interruption, or until the task is cancelled.
    static func first() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        onInterrupt { continuation.finish() }
        for await _ in stream {}
    }

    private static func interrupted() {
        let handler = state.withLock { state -> (@Sendable () -> Void)? in
            state.count += 1
            return state.count == 1 ? state.handler : nil
        }
        if let handler { handler() } else { exit(130) }
    }
}
