import Lowering
import Postgres
import SQLText

/// Iterates: holds the checkpoint, and sends the statements that make the next one.
struct EpochLoop {
    /// What came of a statement.
    enum Outcome {
        case recorded(Progress)
        /// Nothing was written; the next statement does fewer iterations.
        case repeated
        /// A number is not finite or beyond all measure. What was sound before it is recorded.
        case diverged
    }

    /// What a statement recorded.
    struct Progress {
        /// Loss and metric of the epochs that it finished, the first of them measured at `firstEpoch`.
        let losses: [Double]
        let metrics: [Double]
        /// The epoch whose parameters the first of them belongs to.
        let firstEpoch: Int
        /// Milliseconds per epoch.
        let milliseconds: Double
    }

    /// Watches the losses.
    private(set) var watch: Watch
    private(set) var selection: Selection
    private var checkpoint: Checkpoint
    private var sizers: [StatementForm: BlockSizer] = [:]
    private var book: StatementBook
    private let plan: TrainingPlan
    private let run: Run
    private let lease: Lease
    private let rate: Double
    /// Nil if no rows are held out.
    private let validation: ValidationRecorder?
    private let positions: [String: Int]
    /// The newest epoch whose loss the watch has seen.
    private var lastWatched = -1
    /// The epoch whose order the rows are in; nil if that can't be told.
    private var shuffledFor: Int?
    /// Iterations that lead the next statement to where the stop rule says.
    private var stop: Int?
    /// Iterations that the next statement may do at most, after an overflow somewhere in a longer one.
    private var bound: Int?

    /// Whether no more epochs are wanted.
    var isStopped: Bool { watch.isStopped }

    /// The last committed epoch.
    var epoch: Int { checkpoint.epoch }

    /// Whether the checkpoint is the end of an epoch, whose parameters are in `params`.
    var isBetweenEpochs: Bool { checkpoint.batch == 0 }

    init(
        _ run: Run,
        plan: TrainingPlan,
        lease: Lease,
        request: TrainingRequest,
        workers: Int = 0,
        on connection: Connection
    ) async throws {
        let checkpoint = try await Checkpoint.newest(run.id, plan, on: connection)
        self.checkpoint = checkpoint
        self.plan = plan
        self.run = run
        self.lease = lease
        rate = request.learningRate
        watch = Watch(request)
        validation = run.validationRows ?? 0 > 0 ? ValidationRecorder(lease: lease, run: run) : nil
        // Between two epochs the holder before may or may not have come to reshuffling. Within one it has.
        shuffledFor = checkpoint.batch > 0 || checkpoint.epoch == 0 ? checkpoint.epoch : nil
        book = StatementBook(plan, EpochRecorder(lease: lease, run: run, batching: plan.batching), workers: workers)
        positions = Dictionary(uniqueKeysWithValues: zip(plan.step.layout.names, 0...))
        selection = Selection(plan, iterations: run.maxIter - checkpoint.epoch)
        // A run that is taken up again remembers what it has seen, which may have been enough. One that was resumed after
        // its end starts counting there. Parameters are validated at once; on the rows that they are trained with they are
        // measured by the next iteration.
        var restart = run.resumedFrom
        let known = watch.split == .train ? checkpoint.epoch : checkpoint.epoch + 1
        for (epoch, loss) in try await MetricStore.losses(run.id, watch.split, before: known, on: connection) {
            if let from = restart, epoch >= from {
                watch.restart(after: from)
                restart = nil
            }
            watch.take(loss: loss, epoch: epoch)
            lastWatched = epoch
        }
        if let from = restart { watch.restart(after: from) }
    }

    /// One statement's worth of iterations, recorded in one fenced transaction.
    mutating func advance(limit: Int, on connection: Connection) async throws -> Outcome {
        let form = selection.form
        let iterations = iterations(of: form, limit: limit)
        try await book.configureSession(for: form, on: connection)
        try await reshuffleIfDue(on: connection)
        let started = ContinuousClock.now
        let answer: Row
        let losses: [(epoch: Int, loss: Double)]
        do {
            (answer, losses) = try await connection.transaction { connection in
                try await lease.fence(on: connection)
                try await book.configureTransaction(for: form, on: connection)
                let row = try await iterate(form, iterations, started: started, on: connection)
                guard try row.get("is_whole") else { throw SnapshotLost() }
                let validated = try await validate(row, on: connection)
                let losses = watch.split == .train ? try trained(row) : validated
                // Rolls back, so that a change comes with the epoch that it is meant for, whatever a statement's length.
                try checkInterruption(losses, row)
                // A row without an epoch recorded nothing.
                if let newest = try row.decode(Int?.self, "epoch") {
                    try await plan.history.prune(run.id, newest: newest, on: connection)
                }
                return (row, losses)
            }
        } catch let error as PostgresError where error.sqlState == "22003" {
            // A number left the range of float8, which is how PostgreSQL tells of divergence. The last iteration before
            // that is found by bisection.
            guard iterations > 1 else { return .diverged }
            bound = iterations / 2
            return .repeated
        } catch let early as StopsEarlier {
            stop = early.iterations
            return .repeated
        }
        return try accept(answer, losses, form, iterations, started.duration(to: .now))
    }

    /// Takes over what a committed statement answered.
    private mutating func accept(
        _ row: Row,
        _ watched: [(epoch: Int, loss: Double)],
        _ form: StatementForm,
        _ iterations: Int,
        _ duration: Duration
    ) throws -> Outcome {
        guard try row.get("recorded") else { return .diverged }
        let first = checkpoint.epoch
        let isPartial = plan.batching.isPartial
        checkpoint = Checkpoint(
            epoch: try row.get("epoch"),
            batch: isPartial ? try row.get("batch") : 0,
            weights: try row.get("weights"),
            state: try row.get("state"),
            seenLoss: isPartial ? try row.get("seen_loss") : 0,
            seenMetric: isPartial ? try row.get("seen_metric") : 0,
            seenRows: isPartial ? try row.get("seen_rows") : 0
        )
        let losses = try row.decode([Double]?.self, "losses") ?? []
        for (epoch, loss) in watched {
            watch.take(loss: loss, epoch: epoch)
            lastWatched = epoch
        }
        guard try row.get("is_sound") else { return .diverged }
        let milliseconds = duration / .milliseconds(1) / Double(iterations)
        if bound == nil, stop == nil {
            var learning = sizer(form)
            learning.measured(iterations, duration)
            sizers[form] = learning
            selection.timed(milliseconds)
        }
        // What is left before the overflow is less than was just done.
        bound = bound.flatMap { $0 > 1 ? $0 / 2 : nil }
        stop = nil
        return .recorded(
            .init(
                losses: losses,
                metrics: try row.decode([Double]?.self, "metrics") ?? [],
                firstEpoch: first,
                milliseconds: milliseconds * Double(plan.batching.count)
            )
        )
    }

    /// Measures the last parameters: the iteration that would do so does not come.
    /// - Returns: false if there is no finite measure of them.
    mutating func close(on connection: Connection) async throws -> Bool {
        let statement = try await book.close(on: connection)
        do {
            return try await connection.transaction { connection in
                try await lease.fence(on: connection)
                let binds = try statement.text.binds { fill($0, 0) }
                let result = try await connection.execute(prepared: statement.name, binds)
                guard let row = result.first, try row.get("rows") == Double(plan.batching.rows) else {
                    throw SnapshotLost()
                }
                return try row.get("recorded")
            }
        } catch let error as PostgresError where error.sqlState == "22003" {
            return false
        }
    }

    /// Takes the best of what is known, if the run ended before all forms were timed.
    mutating func settle() { selection.settle() }

    private func sizer(_ form: StatementForm) -> BlockSizer {
        if let known = sizers[form] { return known }
        guard let candidate = selection.candidates.first(where: { $0.form == form }) else {
            return BlockSizer(target: BlockSizer.target(form), fixed: 1, maximum: 1, estimate: 1)
        }
        return plan.sizer(candidate)
    }

    /// How many iterations the next statement does.
    private func iterations(of form: StatementForm, limit: Int) -> Int {
        let batches = plan.batching.count
        var most = (limit - checkpoint.epoch) * batches - checkpoint.batch
        // Between two orders of the rows there is a copy of the table; `step` records one row at a time.
        if plan.batching.isPartial, plan.batching.shuffle == .everyEpoch || form.shape == .step {
            most = min(most, batches - checkpoint.batch)
        }
        if let limit = stop ?? bound { return min(most, limit) }
        return min(most, sizer(form).next)
    }

    /// Puts the rows into the order of the epoch that begins.
    private mutating func reshuffleIfDue(on connection: Connection) async throws {
        guard plan.batching.isPartial, plan.batching.shuffle == .everyEpoch, checkpoint.batch == 0,
            shuffledFor != checkpoint.epoch
        else { return }
        try await connection.transaction { connection in
            try await lease.fence(on: connection)
            try await Snapshot(run: run.id).reshuffle(
                plan.layout,
                SnapshotColumns(of: run),
                epoch: checkpoint.epoch,
                on: connection
            )
            try await lease.extend(on: connection)
        }
        shuffledFor = checkpoint.epoch
    }

    /// Iterates and records.
    /// - Returns: the recorder's answer.
    private mutating func iterate(
        _ form: StatementForm,
        _ iterations: Int,
        started: ContinuousClock.Instant,
        on connection: Connection
    ) async throws -> Row {
        let statement = try await book.iterate(form, iterations: iterations, on: connection)
        guard book.recordsApart(form) else {
            let binds = try statement.text.binds { fill($0, iterations) }
            return try await first(connection.execute(prepared: statement.name, binds))
        }
        let answers = try await answers(of: statement, form, iterations, on: connection)
        let milliseconds = started.duration(to: .now) / .milliseconds(1)
        try await book.configureRecording(after: form, on: connection)
        let record = try await book.record(on: connection)
        let values = RecordedRows(answers, milliseconds: milliseconds)
        let recording = try record.text.binds { values[$0] ?? fill($0, iterations) }
        return try await first(connection.execute(prepared: record.name, recording))
    }

    /// What iterations answer that are recorded by another statement: their rows, numbered from the checkpoint.
    private func answers(
        of statement: StatementBook.Entry,
        _ form: StatementForm,
        _ iterations: Int,
        on connection: Connection
    ) async throws -> [RecordedRows.Answer] {
        var past = checkpoint
        var answers: [RecordedRows.Answer] = []
        // `step` does one iteration per statement, the others all of them in one.
        for number in 0..<(form.shape == .step ? iterations : 1) {
            let count = form.shape == .step ? 1 : iterations
            let binds = try statement.text.binds { fill($0, count, from: past, after: number) }
            for row in try await connection.execute(prepared: statement.name, binds) {
                // A snapshot that lost its rows has no sums.
                guard try row.decode(Double.self, "rows") > 0 else { throw SnapshotLost() }
                answers.append(try .init(row, after: number, isPartial: plan.batching.isPartial))
            }
            guard let last = answers.last else { throw SnapshotLost() }
            last.update(&past)
        }
        return answers
    }

    private func first(_ rows: Rows) throws -> Row {
        guard let row = rows.first else { throw SnapshotLost() }
        return row
    }

    /// The losses that iterations measured, by the epochs whose parameters they are of.
    private func trained(_ row: Row) throws -> [(epoch: Int, loss: Double)] {
        (try row.decode([Double]?.self, "losses") ?? []).enumerated().map { (checkpoint.epoch + $0, $1) }
    }

    /// Measures the epochs that a statement has recorded on the rows that are held out; at the start also the first
    /// parameters.
    private mutating func validate(_ row: Row, on connection: Connection) async throws -> [(epoch: Int, loss: Double)] {
        guard let validation, try row.get("recorded") else { return [] }
        let last: Int = try row.get("epoch")
        let first = checkpoint.epoch == 0 ? 0 : checkpoint.epoch + 1
        guard first <= last else { return [] }
        let statement = try await book.validate(validation, on: connection)
        let binds = try statement.text.binds { hole in
            switch hole {
            case ValidationRecorder.Hole.first: .int8(Int64(first))
            case ValidationRecorder.Hole.last: .int8(Int64(last))
            default: nil
            }
        }
        let found = try await connection.execute(prepared: statement.name, binds)
        guard try found.allSatisfy({ try $0.get("is_whole") }) else { throw SnapshotLost() }
        // Epochs within a first epoch of mini-batches measure the first parameters again and again.
        return try found.map { (try $0.get("epoch"), try $0.get("loss")) }.filter { $0.0 > lastWatched }
    }

    /// Ends the statement's transaction if something is to change before its last epoch.
    private func checkInterruption(_ losses: [(epoch: Int, loss: Double)], _ row: Row) throws {
        // The last loss of a statement says what follows it.
        guard let epoch = watch.interruption(losses), epoch != losses.last?.epoch else { return }
        // What an iteration measures are the parameters that it changes.
        let end = watch.split == .train ? epoch + 1 : epoch
        guard end < (try row.get("epoch") as Int), end > checkpoint.epoch else { return }
        throw StopsEarlier(iterations: (end - checkpoint.epoch) * plan.batching.count - checkpoint.batch)
    }

    /// The learning rates of the epochs that iterations from the checkpoint belong to.
    private func rates(_ iterations: Int) -> [Double] {
        let schedule = plan.step.spec.schedule
        let epochs = schedule == .constant || schedule == .adaptive ? 1 : iterations / plan.batching.count + 1
        return (0..<epochs).map { rate * watch.factor * schedule.factor(epoch: checkpoint.epoch + $0) }
    }

    /// The values of the holes that every statement has.
    /// - Parameters:
    ///   - iterations: how many the statement does.
    ///   - past: where it begins, if that is not the checkpoint.
    ///   - after: how many iterations were done since the checkpoint.
    private func fill(_ hole: String, _ iterations: Int, from past: Checkpoint? = nil, after: Int = 0) -> SQLValue? {
        let past = past ?? checkpoint
        if let position = positions[hole] { return .float8(past.weights[position]) }
        switch hole {
        case HoleName.weights: return .float8Array(past.weights)
        case HoleName.state: return .float8Array(past.state)
        case HoleName.learningRate: return .float8(rate * watch.factor)
        case HoleName.iteration:
            let done = checkpoint.epoch * plan.batching.count + checkpoint.batch + after
            return .float8(Double(done + 1))
        case HoleName.iterations: return .int8(Int64(iterations))
        case HoleName.batch: return .int8(Int64(past.batch))
        case HoleName.seenLoss: return .float8(past.seenLoss)
        case HoleName.seenMetric: return .float8(past.seenMetric)
        case HoleName.seenRows: return .float8(past.seenRows)
        case EpochRecorder.Hole.rates: return .float8Array(rates(iterations))
        case EpochRecorder.Hole.epoch: return .int8(Int64(checkpoint.epoch))
        default: return nil
        }
    }
}

/// The stop rule was met before the last epoch of a statement.
private struct StopsEarlier: Error {
    /// How many iterations lead to the epoch that is to be the last.
    let iterations: Int
}

/// The snapshot does not hold the rows it was made with: the server crashed, and unlogged tables are empty after that.
struct SnapshotLost: Error, CustomStringConvertible {
    var description: String { "the snapshot of the run has lost its rows" }
}
