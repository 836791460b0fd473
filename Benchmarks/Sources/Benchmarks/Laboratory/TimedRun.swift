import JSONTree
import Postgres
import SQLText
import Synchronization
import Training

/// A whole run, trained the way the daemon trains it, and the time of each of its transactions: from BEGIN to the answer
/// to COMMIT, with everything it writes.
struct TimedRun: Sendable {
    struct Statement: Sendable {
        let iterations: Int
        let milliseconds: Double
    }

    let run: Run
    let statements: [Statement]

    /// What all statements that train took.
    var milliseconds: Double { statements.reduce(0) { $0 + $1.milliseconds } }

    /// The middle of the transactions, each divided by its iterations.
    var millisecondsPerIteration: Double {
        Statistics.median(statements.map { $0.milliseconds / Double($0.iterations) })
    }

    /// Everything that trains, spread over the iterations.
    var meanPerIteration: Double { milliseconds / Double(statements.reduce(0) { $0 + $1.iterations }) }
}

extension Laboratory {
    /// The server's settings of a session that gets no parallel workers.
    static let serial = "-c max_parallel_workers_per_gather=0"

    /// Trains a run here.
    /// - Parameters:
    ///   - options: settings of the session, as libpq's `options` has them.
    ///   - name: shown in `pg_stat_activity`.
    func train(_ body: JSON, options: String = "", name: String = "pgradient") async throws -> TimedRun {
        let (_, lease) = try await service.submitAndClaim(body, owner: "benchmarks")
        let settings = ConnectionSettings(
            conninfo: options.isEmpty ? conninfo : "\(conninfo) options='\(options)'",
            applicationName: name
        )
        return try await train(lease, settings)
    }

    /// From the claim of a run until it is prepared: its rows looked at and copied, and all of it committed. The run is
    /// trained to its end then.
    func timeToPrepare(_ body: JSON) async throws -> Duration {
        let clock = ContinuousClock()
        let start = clock.now
        let (run, lease) = try await service.submitAndClaim(body, owner: "benchmarks")
        async let trained = train(lease, ConnectionSettings(conninfo: conninfo, applicationName: "pgradient"))
        let watcher = try await Connection.open(ConnectionSettings(conninfo: conninfo), logger: logger)
        // Seldom, and little at a time: both processors have something to do.
        let isPreparing: SQL = "SELECT state = 'preparing' AS answer FROM pgradient.runs WHERE id = \(run.id)"
        while try await watcher.query(isPreparing)[0].decode(Bool.self, "answer") {
            try await Task.sleep(for: .milliseconds(20))
        }
        let duration = clock.now - start
        await watcher.close()
        _ = try await trained
        return duration
    }

    private func train(_ lease: Lease, _ settings: ConnectionSettings) async throws -> TimedRun {
        let seen = Mutex<[(epoch: Int, milliseconds: Double)]>([])
        let executor = RunExecutor(lease: lease, logger: logger) { progress in
            seen.withLock { $0.append((progress.epoch, progress.milliseconds)) }
        }
        let session = TrainingSession(executor: executor, settings: settings, logger: logger)
        let run = try await session.execute { _ in }
        guard run.state == .succeeded else {
            let reason = run.error?.compact ?? run.stopReason?.rawValue ?? ""
            throw BenchmarkError("run \(run.id), \(run.spec.compact), ended as \(run.state.rawValue): \(reason)")
        }
        var last = 0
        var statements: [TimedRun.Statement] = []
        for (epoch, milliseconds) in seen.withLock({ $0 }) {
            let iterations = epoch - last
            statements.append(.init(iterations: iterations, milliseconds: milliseconds * Double(iterations)))
            last = epoch
        }
        return TimedRun(run: run, statements: statements)
    }
}

extension Laboratory {
    /// `duration_ms` of every epoch that was trained from: what its statement took by the metrics of the run.
    func durations(_ run: Run) async throws -> [Double] {
        try await service.metrics(run.id, after: nil, limit: run.epoch).compactMap(\.durationMilliseconds)
    }
}
