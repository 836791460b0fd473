import HTTPServer
import Training

/// One client's stream of a run's events: what it lacks, then what comes.
///
/// It pulls: it asks for the epochs after the last one it sent, and only when the client has taken what it was sent
/// before. So a client that reads slowly holds back nobody and costs a buffer of fixed size, and when it reads again it
/// is brought to the newest epoch.
struct EventStream {
    /// A reader further behind than so many epochs gets about as many, every k-th, if its format is thinned.
    static let mostBehind = 1000

    let training: TrainingService
    let hub: EventHub
    /// Looks for single clients, which share the database with everything else.
    let gate: Gate
    let run: Run
    let format: EventFormat
    let writer: ResponseWriter
    /// The client has everything up to here.
    private var position: Int
    /// The last number that was sent; at first the one that the client came with.
    private var number: Int?
    private var thinning: Thinning?

    /// Every k-th epoch up to a target.
    private struct Thinning {
        let every: Int
        let target: Int
    }

    /// - Parameter first: the epoch that the client has already.
    init(
        training: TrainingService,
        hub: EventHub,
        gate: Gate,
        run: Run,
        after first: Int?,
        format: EventFormat,
        writer: ResponseWriter
    ) {
        self.training = training
        self.hub = hub
        self.gate = gate
        self.run = run
        self.format = format
        self.writer = writer
        position = first ?? -1
        number = first
    }

    /// Writes until the run has ended.
    /// - Throws: `CancellationError` when the daemon stops, `ClientGone`, or what keeps it from going on: the stream is
    ///   then cut, so that the client sees that the end is missing.
    mutating func run() async throws {
        try await writer.write(format.opening)
        if run.state.isFinal {
            while position < run.epoch { try await catchUp(to: run.epoch) }
            return try await end(RunDocument.json(run).compact)
        }
        let listener = hub.join(RunMark(run))
        defer { hub.leave(listener) }
        try await follow(listener)
    }

    private mutating func follow(_ listener: EventHub.Listener) async throws {
        var wakes = listener.wakes.makeAsyncIterator()
        var isQuiet = false
        while true {
            switch listener.feed.next(after: position, most: format.isThinned ? Self.mostBehind : nil) {
            case .page(let page):
                try await writer.write(page.bytes(format, after: position))
                (position, number) = (page.last, page.last)
            case .behind(let head):
                try await catchUp(to: head)
            case .end(let document):
                return try await end(document)
            case .failed(let error):
                throw error
            case .nothing:
                if isQuiet { try await writer.write(format.heartbeat) }
                guard let wake = await wakes.next() else { throw CancellationError() }
                isQuiet = wake == .heartbeat
                continue
            }
            isQuiet = false
        }
    }

    private func end(_ document: String) async throws {
        try await writer.write(format.event("end", id: number, document))
    }

    /// Reads the next page for this client alone.
    private mutating func catchUp(to head: Int) async throws {
        let every = every(upTo: head)
        var found = try await read(every: every)
        if found.isEmpty, every > 1 { found = try await read(every: 1) }
        guard let last = found.last?.epoch else {
            // There is nothing up to there.
            position = max(position, head)
            return
        }
        var bytes: [UInt8] = []
        for (index, metric) in found.enumerated() {
            let isFirst = index == 0 || found[index - 1].epoch != metric.epoch
            let skipped = every > 1 && isFirst ? metric.epoch - position - 1 : 0
            bytes += format.event(metric, isLast: found.isLastOfEpoch(index), skipped: skipped)
            position = metric.epoch
        }
        try await writer.write(bytes)
        number = last
    }

    private func read(every: Int) async throws -> [Metric] {
        try await gate.pass {
            try await training.epochs(of: run.id, after: position, limit: EventHub.pageSize, every: every)
        }
    }

    /// Every which epoch the client gets. Begun once, a thinning is kept to until its end, unless the client falls behind
    /// again meanwhile; the epochs since then follow whole.
    private mutating func every(upTo head: Int) -> Int {
        let gap = head - position
        guard format.isThinned, gap > Self.mostBehind else {
            thinning = nil
            return 1
        }
        if let thinning, head - thinning.target <= Self.mostBehind { return thinning.every }
        let every = (gap + Self.mostBehind - 1) / Self.mostBehind
        thinning = Thinning(every: every, target: head)
        return every
    }
}
