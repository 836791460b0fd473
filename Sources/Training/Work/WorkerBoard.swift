import Synchronization

/// What the workers of this process are doing, for those who look after it.
public final class WorkerBoard: Sendable {
    /// What a worker does.
    public enum Activity: Sendable, Hashable {
        /// It waits for a run, and looks for one every other second.
        case idle
        case training(run: Int)
    }

    /// A worker, as the board knows it.
    public struct Place: Sendable, Hashable { let number: Int }

    /// What was last heard of a worker.
    public struct Entry: Sendable {
        public let activity: Activity
        /// When it said so.
        public let since: ContinuousClock.Instant
    }

    private struct State {
        var entries: [Place: Entry] = [:]
        var begun = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// The workers that are there.
    public var entries: [Entry] { state.withLock { Array($0.entries.values) } }

    /// How many workers there have been.
    public var begun: Int { state.withLock(\.begun) }

    func begin() -> Place {
        state.withLock { state in
            let place = Place(number: state.begun)
            state.begun += 1
            state.entries[place] = Entry(activity: .idle, since: .now)
            return place
        }
    }

    func note(_ place: Place, _ activity: Activity) {
        state.withLock { $0.entries[place] = Entry(activity: activity, since: .now) }
    }

    func end(_ place: Place) { state.withLock { $0.entries[place] = nil } }
}
