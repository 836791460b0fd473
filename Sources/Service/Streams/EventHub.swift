import Logging
import Synchronization
import Training

/// Looks at the runs that are watched, once for all who watch: however many streams there are, a piece of news costs one
/// look into the database.
///
/// It works only while somebody watches. When news come to an end, because the daemon stops, so do all streams.
final class EventHub: Sendable {
    /// A stream's place at a run.
    struct Listener: Sendable {
        let feed: RunFeed
        let id: Int
        let wakes: AsyncStream<RunFeed.Wake>
    }

    private struct State {
        var feeds: [Int: RunFeed] = [:]
        var listeners = 0
        var work: Task<Void, Never>?
        /// Tells a task that has been replaced from its successor.
        var generation = 0
        /// Says that somebody has come to watch a run.
        var arrivals: AsyncStream<Signals.Signal>.Continuation?
    }

    /// Most epochs in a page.
    static let pageSize = 250

    private let training: TrainingService
    private let signals: Signals
    private let logger: Logger
    private let heartbeat: Duration
    private let state = Mutex(State())

    /// - Parameter heartbeat: the longest silence of a stream. Proxies close those that say nothing for a minute.
    init(training: TrainingService, signals: Signals, logger: Logger, heartbeat: Duration = .seconds(15)) {
        self.training = training
        self.signals = signals
        self.logger = logger
        self.heartbeat = heartbeat
    }

    /// Streams that watch a run.
    var listenerCount: Int { state.withLock(\.listeners) }
    /// Runs that are watched.
    var feedCount: Int { state.withLock(\.feeds.count) }

    /// Begins to watch a run. Every listener has to `leave`.
    /// - Parameter mark: the run as the caller has just seen it.
    func join(_ mark: RunMark) -> Listener {
        state.withLock { state in
            let feed: RunFeed
            if let known = state.feeds[mark.run], !known.isOver {
                feed = known
            } else {
                feed = RunFeed(mark)
                state.feeds[mark.run] = feed
                if state.work == nil { start(&state) }
                // Something may have happened since the caller looked.
                state.arrivals?.yield(.progress(run: mark.run))
            }
            state.listeners += 1
            let (id, wakes) = feed.add()
            return Listener(feed: feed, id: id, wakes: wakes)
        }
    }

    func leave(_ listener: Listener) {
        state.withLock { state in
            state.listeners -= 1
            listener.feed.remove(listener.id)
            guard listener.feed.listenerCount == 0 else { return }
            // The run may have a feed of its next life by now.
            if state.feeds[listener.feed.run] === listener.feed { state.feeds[listener.feed.run] = nil }
            if state.feeds.isEmpty { stop(&state) }
        }
    }

    private func start(_ state: inout State) {
        let (arrivals, continuation) = AsyncStream.makeStream(
            of: Signals.Signal.self,
            bufferingPolicy: .bufferingNewest(1024)
        )
        let news = signals.subscribe()
        state.arrivals = continuation
        state.generation += 1
        state.work = Task { [generation = state.generation] in
            await work(news: news, arrivals: arrivals, continuation)
            ended(generation)
        }
    }

    private func stop(_ state: inout State) {
        state.work?.cancel()
        state.work = nil
        state.arrivals?.finish()
        state.arrivals = nil
        state.generation += 1
    }

    /// News have come to an end: the streams are cut, so that clients see that the end is missing.
    private func ended(_ generation: Int) {
        let feeds = state.withLock { state -> [RunFeed] in
            guard state.generation == generation else { return [] }
            defer { stop(&state) }
            return Array(state.feeds.values)
        }
        for feed in feeds { feed.fail(CancellationError()) }
    }

    // MARK: - Looking

    private func work(
        news: AsyncStream<Signals.Signal>,
        arrivals: AsyncStream<Signals.Signal>,
        _ arrival: AsyncStream<Signals.Signal>.Continuation
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in news { arrival.yield(signal) }
                arrival.finish()
            }
            // Apart from the looking, which waits for the database.
            group.addTask {
                while (try? await Task.sleep(for: self.heartbeat)) != nil {
                    for feed in self.state.withLock({ Array($0.feeds.values) }) { feed.beat() }
                }
            }
            for await signal in arrivals { await look(signal) }
            group.cancelAll()
        }
    }

    private func look(_ signal: Signals.Signal) async {
        let feeds = state.withLock { state in
            switch signal {
            case .progress(let run), .cancel(let run), .queued(let run): state.feeds[run].map { [$0] } ?? []
            case .missed: Array(state.feeds.values)
            }
        }.filter { !$0.isOver }
        if feeds.isEmpty { return }
        do {
            let marks = try await training.marks(of: feeds.map(\.run))
            let byRun = Dictionary(marks.map { ($0.run, $0) }, uniquingKeysWith: { first, _ in first })
            for feed in feeds {
                guard let mark = byRun[feed.run] else {
                    feed.fail(TrainingError(.runNotFound, "run \(feed.run) was deleted"))
                    continue
                }
                if signal == .missed, mark == feed.mark { continue }
                try await read(feed, mark)
            }
        } catch {
            // The next look is the next try; meanwhile the streams are kept alive.
            logger.debug("watched runs can't be looked at", metadata: ["reason": "\(TrainingError(error).message)"])
        }
    }

    /// The mark was read before the epochs: when it says that the run has ended, all of them are there.
    private func read(_ feed: RunFeed, _ mark: RunMark) async throws {
        while true {
            let after = feed.head
            let found = try await training.epochs(of: feed.run, after: after, limit: Self.pageSize)
            if found.isEmpty { break }
            let page = EventPage(after: after, found)
            feed.append(page)
            if page.count < Self.pageSize { break }
        }
        if mark.state.isFinal {
            let run = try await training.run(feed.run)
            // Unless it was resumed in between, which the next look finds.
            if run.state.isFinal { feed.end(RunDocument.json(run).compact) }
        }
        feed.reached(mark)
    }
}
