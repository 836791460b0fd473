import EmbeddedPostgres
import JSONTree
import Logging
import Postgres
import Synchronization
import Training

/// Milliseconds per iteration of the article's network on its 100,000 rows, by statement shape.
///
/// Whole runs are trained the way the daemon trains them; an iteration's time is that of its transaction, from BEGIN to
/// the answer to COMMIT, with everything it writes. The shapes take turns, so that a machine that slows down slows both.
struct ShapeTimes: Sendable {
    /// One shape's samples: one per transaction, divided by the iterations in it.
    struct Samples: Sendable {
        let shape: String
        /// What the run says about why it is trained like this.
        var reason = ""
        var milliseconds: [Double] = []

        var median: Double { Statistics.median(milliseconds) }
    }

    static let rows = 100_000
    static let iterations = 20
    static let blockSize = 10

    let step: Samples
    let window: Samples

    /// How much of a `window` iteration a `step` iteration takes.
    var ratio: Double { step.median / window.median }

    static func measure(_ cluster: EmbeddedCluster.Lease, rounds: Int, logger: Logger) async throws -> ShapeTimes {
        let settings = ConnectionSettings(conninfo: cluster.conninfo)
        let pool = Pool(settings, size: 2, logger: logger)
        let service = TrainingService(pool: pool, logger: logger)
        do {
            _ = try await service.migrate()
            var step = Samples(shape: "step")
            var window = Samples(shape: "window")
            for round in 1...rounds {
                try await train(&step, ["shape": "step"], service, logger)
                try await train(&window, ["shape": "window", "block_size": .integer(blockSize)], service, logger)
                Benchmarks.note("  round \(round) of \(rounds)")
            }
            await pool.close()
            return ShapeTimes(step: step, window: window)
        } catch {
            await pool.close()
            throw error
        }
    }

    private static func train(_ samples: inout Samples, _ options: JSON, _ service: TrainingService, _ logger: Logger)
        async throws
    {
        var body = options
        body.set("source", ["example": "article", "rows": .integer(rows)])
        body.set("max_iter", .integer(iterations))
        let (_, lease) = try await service.submitAndClaim(body, owner: "benchmarks")
        let times = Mutex<[Double]>([])
        let executor = RunExecutor(lease: lease, logger: logger) { progress in
            times.withLock { $0.append(progress.milliseconds) }
        }
        let session = TrainingSession(executor: executor, settings: service.pool.settings, logger: logger)
        let run = try await session.execute { _ in }
        guard run.state == .succeeded else {
            throw BenchmarkError("run \(run.id) in shape \(samples.shape) ended as \(run.state.rawValue)")
        }
        samples.reason = run.shapeReason ?? ""
        samples.milliseconds += times.withLock { $0 }
    }
}
