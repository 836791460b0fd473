import Logging
import Postgres
import SQLText
import Synchronization

/// News about runs, from any daemon on the same database, handed to whoever listens in this process.
///
/// Notifications only say that it is worth looking; the tables are the truth. While the listening connection is down
/// subscribers get `.missed` now and then, so that everything still happens, only later.
public final class Signals: Sendable {
    /// What happened.
    public enum Signal: Sendable, Hashable {
        case queued(run: Int)
        case progress(run: Int)
        case cancel(run: Int)
        /// Something may have been missed: look at everything.
        case missed

        init(payload: String) {
            let words = payload.split(separator: " ")
            guard words.count == 2, let run = Int(words[1]) else {
                self = .missed
                return
            }
            switch words[0] {
            case "queued": self = .queued(run: run)
            case "progress": self = .progress(run: run)
            case "cancel": self = .cancel(run: run)
            default: self = .missed
            }
        }
    }

    /// The channel of NOTIFY.
    static let channel = "pgradient"

    /// How often everything is looked at without a signal: finds leases that ran out, which nobody announces.
    private static let pollInterval = Duration.seconds(2)

    private struct State {
        var subscribers: [Int: AsyncStream<Signal>.Continuation] = [:]
        var nextID = 0
        var hasEnded = false
        /// Since when nobody listens although somebody should; nil while somebody does.
        var deafSince: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let settings: ConnectionSettings
    private let logger: Logger

    /// Describes where to listen; `run()` does it.
    public init(settings: ConnectionSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// How long nobody has listened to the database, or nil if somebody does, or nobody has begun to.
    public var silence: Duration? { state.withLock(\.deafSince).map { .now - $0 } }

    /// A stream of news, which ends when `run()` does. A subscriber that falls behind keeps the newest.
    public func subscribe() -> AsyncStream<Signal> {
        let (stream, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(64))
        let id = state.withLock { state -> Int? in
            guard !state.hasEnded else { return nil }
            state.nextID += 1
            state.subscribers[state.nextID] = continuation
            return state.nextID
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.subscribers[id] = nil }
        }
        return stream
    }

    /// Listens until the task is cancelled, reconnecting when the connection is lost.
    public func run() async {
        state.withLock { $0.deafSince = .now }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.poll() }
            while !Task.isCancelled {
                do {
                    let connection = try await Connection.open(settings, logger: logger)
                    let stream = try await connection.notifications(on: Identifier(static: "pgradient"))
                    state.withLock { $0.deafSince = nil }
                    publish(.missed)
                    for await notification in stream { publish(Signal(payload: notification.payload)) }
                    state.withLock { $0.deafSince = .now }
                    await connection.close()
                } catch is CancellationError {
                    break
                } catch {
                    logger.debug("not listening for news; polling meanwhile", metadata: ["reason": "\(error)"])
                }
                try? await Task.sleep(for: Self.pollInterval)
            }
            group.cancelAll()
        }
        let left = state.withLock { state in
            state.hasEnded = true
            return Array(state.subscribers.values)
        }
        // Outside the lock: finishing calls `onTermination`, which takes it.
        for subscriber in left { subscriber.finish() }
    }

    private func poll() async {
        while (try? await Task.sleep(for: Self.pollInterval)) != nil { publish(.missed) }
    }

    private func publish(_ signal: Signal) {
        let subscribers = state.withLock { Array($0.subscribers.values) }
        for subscriber in subscribers { subscriber.yield(signal) }
    }
}
