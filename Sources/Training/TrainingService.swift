import JSONTree
import Logging
import Lowering
import Migrations
import Networks
import Postgres
import SQLText

/// Everything that can be asked of training, over one pool of connections. HTTP and the commands both stand on it.
public struct TrainingService: Sendable {
    /// The pool that short statements run on. Runs have connections of their own.
    public let pool: Pool
    let logger: Logger

    /// Stands on a pool.
    public init(pool: Pool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// Brings the schema up to date.
    /// - Returns: names of the migrations that were applied.
    public func migrate() async throws -> [String] {
        let migrator = try Migrator(migrations: Migrations.all())
        return try await pool.withConnection { try await migrator.migrate(on: $0) }.map(\.fileName)
    }

    /// Checks a request against the catalog and stores it as a queued run.
    /// - Parameter share: how much of the queue the client may fill; nil sets no limit.
    /// - Throws: `TrainingError`; nothing is stored then.
    ///
    /// A request whose key is known is not looked at again: the table may be gone by now, and the run is there.
    public func submit(_ body: JSON, idempotencyKey: String? = nil, share: QueueShare? = nil) async throws -> Run {
        let key = idempotencyKey.map { IdempotencyKey($0, body) }
        if let key, let known = try await pool.withConnection({ try await key.run(on: $0) }) { return known }
        let request = try TrainingRequest(body)
        return try await pool.withConnection { connection in
            let dataset = try await Admission(request: request).check(on: connection)
            return try await connection.transaction { connection in
                if let share {
                    try await share.hold(on: connection)
                    // The same request may have come through while this one waited: it wants no further run.
                    if let known = try await key?.run(on: connection) { return known }
                    try await share.requireRoom(on: connection)
                }
                let run = try await RunStore.insert(request, dataset, key, client: share?.client, on: connection)
                try await connection.query(
                    "SELECT pg_notify(\(Signals.channel), \("queued \(run.id)"))",
                    name: "notify"
                )
                return run
            }
        }
    }

    /// Stores a run and claims it at once, so that no daemon does: what `pgradient train` does itself.
    public func submitAndClaim(_ body: JSON, owner: String) async throws -> (Run, Lease) {
        let request = try TrainingRequest(body)
        return try await pool.transaction { connection in
            let dataset = try await Admission(request: request).check(on: connection)
            let run = try await RunStore.insert(request, dataset, on: connection)
            guard let lease = try await Lease.claim(run.id, owner: owner, on: connection) else {
                throw TrainingError(.conflict, "run \(run.id) was claimed by another process")
            }
            return (run, lease)
        }
    }

    /// A run by number, or the newest.
    public func run(_ id: Int?) async throws -> Run {
        try await pool.withConnection { connection in
            if let id { return try await RunStore.run(id, on: connection) }
            return try await RunStore.newest(on: connection)
        }
    }

    /// Runs, newest first, and the cursor of the next page.
    /// - Parameter tag: only those that have it.
    public func runs(before: Int? = nil, tag: String? = nil, limit: Int) async throws -> (runs: [Run], next: Int?) {
        let page = try await page(before: before, tag: tag, limit: limit)
        return (page.runs, page.next)
    }

    /// Runs, newest first.
    /// - Parameter tag: only those that have it.
    public func page(before: Int? = nil, tag: String? = nil, limit: Int) async throws -> RunPage {
        try await pool.withConnection { connection in
            try await RunStore.runs(before: before, tag: tag, limit: limit, on: connection)
        }
    }

    /// Asks for a run to be stopped. What it has learned so far stays.
    public func cancel(_ id: Int) async throws -> Run {
        try await pool.withConnection { try await RunStore.cancel(id, on: $0) }
    }

    /// Metrics of so many epochs after one, oldest first, of all splits or one.
    public func metrics(
        _ run: Int,
        after: Int?,
        limit: Int,
        split: Split? = nil,
        every: Int = 1
    ) async throws -> [Metric] {
        try await pool.withConnection { connection in
            _ = try await RunStore.run(run, on: connection)
            return try await MetricStore.metrics(
                run,
                after: after,
                limit: limit,
                split: split,
                every: every,
                on: connection
            )
        }
    }

    /// The parameters of an epoch of a run, or of the newest run.
    public func parameters(_ run: Int?, _ epoch: EpochChoice) async throws -> Parameters {
        let run = try await self.run(run)
        return try await pool.withConnection { try await ParamStore.parameters(run, epoch, on: $0) }
    }

    /// That of `parameters`, which is less work; nil if there are none.
    public func parametersVersion(_ run: Int?, _ epoch: EpochChoice) async throws -> RowVersion? {
        try await pool.withConnection { try await ParamStore.version(run, epoch, on: $0) }
    }

    /// The versions of a `history`, which is less work.
    public func historyVersions(_ run: Int, _ epochs: ClosedRange<Int>, limit: Int) async throws -> [RowVersion] {
        try await pool.withConnection { try await ParamStore.versions(run, epochs, limit: limit, on: $0) }
    }

    /// That of a run, which is less work; nil if there is no such run.
    public func version(_ run: Int) async throws -> RowVersion? {
        try await pool.withConnection { try await RunStore.version(run, on: $0) }
    }

    /// Those of a `page`, which is less work.
    public func versions(before: Int?, tag: String?, limit: Int) async throws -> [RowVersion] {
        try await pool.withConnection { connection in
            try await RunStore.versions(before: before, tag: tag, limit: limit, on: connection)
        }
    }

    /// The parameters of a range of epochs.
    public func history(_ run: Int?, _ epochs: ClosedRange<Int>, limit: Int) async throws -> (Run, [Parameters]) {
        let run = try await self.run(run)
        let found = try await pool.withConnection { connection in
            try await ParamStore.history(run, epochs, limit: limit, on: connection)
        }
        return (run, found)
    }

    /// The training statement as text for psql.
    public func statement(_ run: Int?, shape: StatementShape?, iterations: Int?) async throws -> String {
        let run = try await self.run(run)
        return try await pool.withConnection { connection in
            let parameters = try await ParamStore.parameters(run, .last, on: connection)
            let text = StatementText(run: run, parameters: parameters)
            return try await text.text(shape: shape, iterations: iterations, on: connection)
        }
    }

    /// Why a run's statement has the form it has, and what the server makes of it.
    public func explain(_ run: Int?, shape: StatementShape?) async throws -> StatementExplanation {
        let run = try await self.run(run)
        return try await pool.withConnection { connection in
            let parameters = try await ParamStore.parameters(run, .last, on: connection)
            return try await Explainer(run: run, parameters: parameters).explain(shape: shape, on: connection)
        }
    }

    /// Whether the database answers.
    public func ping() async throws {
        _ = try await pool.withConnection { try await $0.query("SELECT 1", name: "ping", timeout: .seconds(2)) }
    }
}
