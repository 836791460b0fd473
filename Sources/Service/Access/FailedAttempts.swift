import Logging
import Synchronization

/// What comes of a wrong token: a short wait, and a line in the log.
///
/// Neither is what keeps a guesser out; that is the length of the token, which is why a short one is refused. The wait
/// takes nothing from anybody who is right, so nobody can be locked out by somebody else's guesses, as a ban by address
/// would do to all clients of one proxy. It holds a connection and a sleeping task, no more than a client can hold by
/// sending slowly, and makes a guess cost the guesser a connection for a while: thousands a second become three a second
/// on each.
final class FailedAttempts: Sendable {
    private static let wait: Duration = .milliseconds(300)
    /// One line a minute tells enough; a line for each would be a way to fill the disk.
    private static let silence: Duration = .seconds(60)

    private let logger: Logger?
    private let pause: @Sendable (Duration) async -> Void
    private let reported = Mutex<(until: ContinuousClock.Instant?, unsaid: Int)>((nil, 0))

    init(logger: Logger?, pause: @escaping @Sendable (Duration) async -> Void) {
        self.logger = logger
        self.pause = pause
    }

    /// Returns when the answer may be given.
    func note(from client: String) async {
        let attempts = reported.withLock { state -> Int? in
            state.unsaid += 1
            if let until = state.until, until > .now { return nil }
            defer { state = (.now + Self.silence, 0) }
            return state.unsaid
        }
        if let attempts {
            logger?.warning(
                "requests with a wrong token",
                metadata: ["client": "\(client)", "since_last_line": "\(attempts)"]
            )
        }
        await pause(Self.wait)
    }
}
