import Synchronization
import Training

/// What is new about a run that somebody watches: the newest epochs, and who is to be told.
///
/// It keeps no list of what a listener has to be sent. Each listener knows the last epoch it was sent, and asks for what
/// comes after it when it can take more; so one that reads slowly costs nothing.
final class RunFeed: Sendable {
    /// Why a listener is woken.
    enum Wake: Sendable {
        /// It is worth asking.
        case news
        /// Nothing was said for long.
        case heartbeat
    }

    /// What a listener gets.
    enum Step: Sendable {
        case page(EventPage)
        /// What comes next is not here any more, or too much for this listener: it has to look into the database, up to
        /// this epoch at least.
        case behind(head: Int)
        /// The run has ended, as this document says.
        case end(String)
        case failed(any Error)
        /// Nothing new; wait.
        case nothing
    }

    private struct State {
        /// The newest epoch that can be had, here or in the database.
        var head: Int
        var pages: [EventPage] = []
        var end: String?
        var failure: (any Error)?
        var mark: RunMark
        var listeners: [Int: AsyncStream<Wake>.Continuation] = [:]
        var nextID = 0
    }

    /// Most epochs that are kept for listeners who are a little behind.
    static let keptEpochs = 1000

    let run: Int
    private let state: Mutex<State>

    init(_ mark: RunMark) {
        run = mark.run
        // The loss of the last committed epoch is known one iteration later only.
        state = Mutex(State(head: mark.epoch - 1, mark: mark))
    }

    /// The newest epoch that can be had.
    var head: Int { state.withLock(\.head) }
    /// The run as it was at the last look.
    var mark: RunMark { state.withLock(\.mark) }
    /// Whether nothing more will come.
    var isOver: Bool { state.withLock { $0.end != nil || $0.failure != nil } }
    var listenerCount: Int { state.withLock(\.listeners.count) }

    // MARK: - Listeners

    /// - Returns: the listener's number, and its wake-ups; they end when there is no hope of news.
    func add() -> (id: Int, wakes: AsyncStream<Wake>) {
        // One is enough: whoever is woken asks for everything.
        let (wakes, continuation) = AsyncStream.makeStream(of: Wake.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.nextID += 1
            state.listeners[state.nextID] = continuation
            return state.nextID
        }
        return (id, wakes)
    }

    func remove(_ id: Int) {
        let continuation = state.withLock { $0.listeners.removeValue(forKey: id) }
        continuation?.finish()
    }

    /// What comes after an epoch.
    /// - Parameter most: a listener that is further behind has to look for itself; nil for one that is never thinned.
    func next(after position: Int, most: Int?) -> Step {
        state.withLock { state in
            if let failure = state.failure { return .failed(failure) }
            guard position < state.head else { return state.end.map(Step.end) ?? .nothing }
            if let most, state.head - position > most { return .behind(head: state.head) }
            let page = state.pages.first { $0.after <= position && position < $0.last }
            return page.map(Step.page) ?? .behind(head: state.head)
        }
    }

    // MARK: - News

    /// Takes over epochs that come right after `head`.
    func append(_ page: EventPage) {
        change { state in
            state.pages.append(page)
            state.head = page.last
            var kept = state.pages.reduce(0) { $0 + $1.count }
            while state.pages.count > 1, kept > Self.keptEpochs { kept -= state.pages.removeFirst().count }
        }
    }

    /// All that this mark promised has been read.
    func reached(_ mark: RunMark) { state.withLock { $0.mark = mark } }

    /// The run has ended, and all its epochs are here.
    func end(_ document: String) { change { $0.end = document } }

    /// Nothing more can be told.
    func fail(_ error: any Error) { change { $0.failure = $0.failure ?? error } }

    func beat() { wake(state.withLock { Array($0.listeners.values) }, .heartbeat) }

    private func change(_ body: (inout State) -> Void) {
        let listeners = state.withLock { state in
            body(&state)
            return Array(state.listeners.values)
        }
        wake(listeners, .news)
    }

    private func wake(_ listeners: [AsyncStream<Wake>.Continuation], _ why: Wake) {
        for listener in listeners { listener.yield(why) }
    }
}
