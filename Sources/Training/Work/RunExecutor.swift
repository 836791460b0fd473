import JSONTree
import Logging
import Lowering
import Postgres
import SQLText

/// Trains one run on a connection of its own, from wherever its last commit left it to a final state.
///
/// What happens when something dies: between two transactions nothing is lost, because each commits parameters,
/// metrics, solver state and progress together. Inside one, the server undoes it all. A dead daemon's lease runs out
/// and another takes the run over at the last committed epoch. A daemon that was only slow finds its token changed.
public struct RunExecutor: Sendable {
    /// What a watcher is told after each commit.
    public struct Progress: Sendable {
        /// The run as it was when work on it began.
        public let run: Run
        /// The last committed epoch.
        public let epoch: Int
        /// How many epochs were committed at once.
        public let epochs: Int
        /// Loss and metric of the epoch before.
        public let loss: Double
        /// Accuracy, or R².
        public let metric: Double?
        /// Milliseconds per iteration.
        public let milliseconds: Double
    }

    private let lease: Lease
    private let logger: Logger
    private let onProgress: @Sendable (Progress) -> Void

    /// Prepares to work on a claimed run.
    public init(lease: Lease, logger: Logger, onProgress: @escaping @Sendable (Progress) -> Void = { _ in }) {
        self.lease = lease
        var logger = logger
        logger[metadataKey: "run"] = "\(lease.run)"
        self.logger = logger
        self.onProgress = onProgress
    }

    /// Trains to the end.
    /// - Returns: the run in its final state, or as it is if somebody else has taken it over.
    /// - Throws: `CancellationError` if the task was cancelled, `ConnectionError` if the database went away: the run
    ///   is then unfinished, and whoever claims it next goes on with it.
    public func execute(on connection: Connection) async throws -> Run {
        do {
            return try await trainAndFinish(on: connection)
        } catch is LeaseLost {
            logger.warning("the run was taken over by another process; leaving it alone")
            return try await RunStore.run(lease.run, on: connection)
        }
    }

    private func trainAndFinish(on connection: Connection) async throws -> Run {
        do {
            try await configure(connection)
            let reason = try await prepareAndTrain(on: connection)
            if reason != .diverged {
                try await AutomaticEvaluation(lease: lease, logger: logger).record(on: connection)
            }
            return try await finish(reason == .diverged ? .diverged : .succeeded, reason, on: connection)
        } catch is RunCancelled {
            return try await finish(.cancelled, .cancelled, on: connection)
        } catch let error where error is LeaseLost || error is CancellationError || error is ConnectionError {
            throw error
        } catch {
            let shown = TrainingError(error)
            logger.error("the run failed", metadata: ["code": "\(shown.code.rawValue)", "reason": "\(shown.message)"])
            return try await finish(.failed, .error, error: shown, on: connection)
        }
    }

    /// Ends a run that its own task could not, because the task was cancelled.
    public func cancel(on connection: Connection) async throws -> Run {
        do {
            return try await finish(.cancelled, .cancelled, on: connection)
        } catch is LeaseLost {
            return try await RunStore.run(lease.run, on: connection)
        }
    }

    /// Gives the run back for another process to go on with.
    public func release(on connection: Connection) async throws { try await lease.release(on: connection) }

    private func configure(_ connection: Connection) async throws {
        try await connection.query(ServerSettings.apply(ServerSettings.session, isLocal: false), name: "configure")
    }

    /// Trains, and makes the snapshot again if the server lost it on the way.
    private func prepareAndTrain(on connection: Connection) async throws -> Run.StopReason {
        var losses = 0
        while true {
            let stored = try await RunStore.run(lease.run, on: connection)
            let run = try await Preparation(lease: lease, logger: logger).ready(stored, on: connection)
            do {
                return try await train(run, on: connection)
            } catch let error where Self.isSnapshotLost(error) {
                losses += 1
                guard losses < Self.maximumSnapshotLosses else { throw error }
            }
        }
    }

    /// Emptied by a crash of the server, or dropped by a person who cleaned up.
    private static func isSnapshotLost(_ error: any Error) -> Bool {
        error is SnapshotLost || (error as? PostgresError)?.sqlState == "42P01"
    }

    /// A snapshot that vanishes again and again is somebody else's doing.
    private static let maximumSnapshotLosses = 3

    private func train(_ run: Run, on connection: Connection) async throws -> Run.StopReason {
        guard let sizes = run.layerSizes, let rows = run.rows else {
            throw TrainingError(.internal, "run \(run.id) was not prepared")
        }
        let request = try TrainingRequest(run.spec)
        let server = try await Preparation.server(on: connection, for: request.shape)
        let plan = try TrainingPlan(
            request,
            task: run.task,
            layerSizes: sizes,
            columns: try DatasetFacts(of: run).columns,
            rows: rows,
            server: server,
            table: Snapshot(run: run.id).name,
            known: run.candidates
        )
        // A plan that has gone astray must not run for ever.
        let limit = [("statement_timeout", "\(plan.timeLimitMilliseconds)")]
        try await connection.query(ServerSettings.apply(limit, isLocal: false), name: "configure")
        var loop = try await EpochLoop(
            run,
            plan: plan,
            lease: lease,
            request: request,
            workers: server.workers,
            on: connection
        )
        var isStored = loop.selection.isSettled
        var throttle = Throttle(interval: .milliseconds(250))
        let deadline = try await deadline(request, on: connection)
        var isOutOfTime = false
        while !loop.isStopped, loop.epoch < run.maxIter {
            let isLate = deadline.map { $0 <= .now } ?? false
            // An epoch that was begun is ended: only ends of epochs have parameters and metrics.
            if isLate, loop.isBetweenEpochs {
                isOutOfTime = true
                break
            }
            switch try await loop.advance(limit: isLate ? loop.epoch + 1 : run.maxIter, on: connection) {
            case .diverged: return .diverged
            case .repeated: continue
            case .recorded(let progress):
                show(progress, run, epoch: loop.epoch)
                if throttle.passes() { try await notify("progress", on: connection) }
            }
            if !isStored, loop.selection.isSettled {
                try await store(loop.selection, on: connection)
                isStored = true
            }
        }
        if !isStored {
            loop.settle()
            try await store(loop.selection, on: connection)
        }
        guard try await loop.close(on: connection) else { return .diverged }
        guard loop.isStopped else { return isOutOfTime ? .maxRuntime : .maxIter }
        return request.earlyStopping ? .earlyStopping : .tol
    }

    /// When the run has had its time, by its first start since it was asked for or resumed, which may have been that
    /// of another process.
    private func deadline(
        _ request: TrainingRequest,
        on connection: Connection
    ) async throws -> ContinuousClock.Instant? {
        guard let seconds = request.maxRuntime else { return nil }
        let spent = try await connection.query(
            """
            SELECT extract(epoch FROM clock_timestamp() - active_since)::float8 AS spent FROM pgradient.runs
            WHERE id = \(lease.run)
            """,
            name: "time spent"
        )
        return .now + .seconds(seconds - (try spent[0].get("spent") as Double))
    }

    private func show(_ progress: EpochLoop.Progress, _ run: Run, epoch: Int) {
        // Within an epoch of mini-batches there is nothing new to tell.
        guard let loss = progress.losses.last, let metric = progress.metrics.last else { return }
        onProgress(
            .init(
                run: run,
                epoch: epoch,
                epochs: progress.losses.count,
                loss: loss,
                metric: shown(metric, run),
                milliseconds: progress.milliseconds
            )
        )
    }

    /// Keeps the choice of the statement's form, and the times it was made by, with the run.
    private func store(_ selection: Selection, on connection: Connection) async throws {
        logger.debug("the form is chosen", metadata: ["reason": "\(selection.reason)"])
        try await connection.query(
            """
            UPDATE pgradient.runs SET shape = \(selection.form.shape.rawValue), shape_reason = \(selection.reason),
                candidates = \(SQLValue.jsonb(selection.json.compact))
            WHERE \(lease.condition)
            """,
            name: "store form"
        )
    }

    /// The metric of an iteration as people know it: accuracy, or R² where there is anything to explain.
    private func shown(_ metric: Double, _ run: Run) -> Double? {
        switch run.task {
        case .classification: metric
        case .regression: run.labelVariance.flatMap { $0 > 0 ? 1 - metric / $0 : nil }
        }
    }

    private func finish(
        _ state: Run.State,
        _ reason: Run.StopReason,
        error: TrainingError? = nil,
        on connection: Connection
    ) async throws -> Run {
        try await connection.transaction { connection in
            // Stronger than the fence: waits for a wish to cancel that is being stored (it refers to the run), so that
            // the DELETE below sees it.
            try await connection.query(
                "SELECT FROM pgradient.runs WHERE \(lease.condition) FOR UPDATE",
                name: "lock run"
            )
            let document: SQLValue = error.map { .jsonb($0.json.compact) } ?? .null(.jsonb)
            let ended = try await connection.query(
                """
                UPDATE pgradient.runs SET state = \(state.rawValue), stop_reason = \(reason.rawValue),
                    error = \(document), finished_at = clock_timestamp(),
                    lease_token = NULL, lease_owner = NULL, lease_expires_at = NULL
                WHERE \(lease.condition)
                """,
                name: "finish run"
            )
            guard ended.affectedRows == 1 else { throw LeaseLost(run: lease.run) }
            try await connection.query(
                "DELETE FROM pgradient.cancel_requests WHERE run_id = \(lease.run)",
                name: "forget cancel"
            )
            try await Snapshot(run: lease.run).drop(on: connection)
            try await notify("progress", on: connection)
            return try await RunStore.run(lease.run, on: connection)
        }
    }

    private func notify(_ kind: String, on connection: Connection) async throws {
        try await connection.query(
            "SELECT pg_notify(\(Signals.channel), \("\(kind) \(lease.run)"))",
            name: "notify"
        )
    }
}

/// Lets something through at most once per interval.
private struct Throttle {
    let interval: Duration
    private var last: ContinuousClock.Instant?

    init(interval: Duration) { self.interval = interval }

    mutating func passes() -> Bool {
        let now = ContinuousClock.now
        if let last, now - last < interval { return false }
        last = now
        return true
    }
}
