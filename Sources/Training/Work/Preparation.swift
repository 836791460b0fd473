import JSONTree
import Logging
import Networks
import Postgres
import SQLText

/// Makes a queued run ready: looks at the data, takes the snapshot, draws the initial weights. All in one transaction,
/// so that a run is either ready or untouched.
struct Preparation {
    let lease: Lease
    let logger: Logger

    /// Prepares the run, or makes its snapshot again if it has been lost since.
    /// - Returns: the run as it is afterwards.
    func ready(_ run: Run, on connection: Connection) async throws -> Run {
        let request = try TrainingRequest(run.spec)
        guard let hash = run.contentHash, let rows = run.rows else {
            return try await prepare(run, request, on: connection)
        }
        let known = Snapshot.Content(rows: rows, hash: hash)
        // Fenced, because reading a large table takes longer than a lease lasts.
        try await connection.transaction { connection in
            try await lease.fence(on: connection)
            if try await !isWhole(run, known, on: connection) {
                logger.notice("the snapshot is gone or changed; making it again", metadata: ["run": "\(run.id)"])
                try await Self.rebuild(run, request, known, on: connection)
            }
            try await lease.extend(on: connection)
        }
        return run
    }

    private func isWhole(_ run: Run, _ known: Snapshot.Content, on connection: Connection) async throws -> Bool {
        let snapshot = Snapshot(run: run.id)
        guard try await snapshot.exists(on: connection) else { return false }
        return try await snapshot.content(features: run.features.count, on: connection) == known
    }

    private func prepare(_ run: Run, _ request: TrainingRequest, on connection: Connection) async throws -> Run {
        try await connection.transaction { connection in
            try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            try await lease.fence(on: connection)
            let dataset = try await Dataset.resolve(request, on: connection)
            let warmStart = try await WarmStart.find(request, dataset, on: connection)
            var facts = try await DatasetFacts.gather(
                dataset,
                standardize: request.standardize,
                isDeterministic: request.isDeterministic,
                on: connection
            )
            try Self.checkLoss(request, facts, dataset)
            let labels: JSON? = facts.classes.isEmpty ? nil : Self.labels(facts, dataset)
            var first: Parameters?
            if let warmStart {
                try warmStart.check(classes: labels)
                facts = try facts.carriedOver(from: warmStart.source)
                first = try await warmStart.parameters(on: connection)
            }
            let outputs = request.head(dataset.task).outputs(classes: facts.classes.count)
            let sizes = [dataset.features.count] + request.hiddenLayerSizes + [outputs]
            let snapshot = Snapshot(run: run.id)
            let server = try await Self.server(on: connection)
            let plan = try TrainingPlan(
                request,
                task: dataset.task,
                layerSizes: sizes,
                rows: facts.rows,
                server: server,
                table: snapshot.name
            )
            let selection = Selection(plan, iterations: request.maxIter)
            let weights = try InitialWeights.make(
                first.map { .weights($0.weights) } ?? request.initialization,
                layout: plan.step.layout,
                activations: request.activations,
                seed: request.seed
            )
            try await snapshot.create(dataset, facts, plan.layout, epoch: 0, on: connection)
            let content = try await snapshot.content(features: dataset.features.count, on: connection)
            try await connection.query(
                """
                UPDATE pgradient.runs SET state = 'running',
                    layer_sizes = \(SQLValue.int8Array(sizes.map(Int64.init)))::int4[],
                    class_labels = \(labels.map { SQLValue.jsonb($0.compact) } ?? .null(.jsonb)),
                    feature_means = \(SQLValue.float8Array(facts.means)),
                    feature_scales = \(SQLValue.float8Array(facts.scales)),
                    label_variance = \(facts.labelVariance.map(SQLValue.float8) ?? .null(.float8)),
                    rows = \(content.rows), content_hash = \(content.hash),
                    batch_size = \(plan.batching.size), candidates = \(SQLValue.jsonb(selection.json.compact)),
                    shape = \(selection.form.shape.rawValue), shape_reason = \(selection.reason),
                    lease_expires_at = clock_timestamp() + \(Lease.duration)
                WHERE \(lease.condition)
                """,
                name: "prepare run"
            )
            try await connection.query(
                """
                INSERT INTO pgradient.params (run_id, epoch, weights)
                VALUES (\(run.id), 0, \(SQLValue.float8Array(weights)))
                """,
                name: "initial weights"
            )
            if let first { try await WarmStart.store(first, lease, on: connection) }
            return try await RunStore.run(run.id, on: connection)
        }
    }

    /// Makes the snapshot of a prepared run again. Belongs into a transaction.
    /// - Throws: `TrainingError` `source_changed` if the rows are others than those it began with.
    static func rebuild(
        _ run: Run,
        _ request: TrainingRequest,
        _ known: Snapshot.Content,
        on connection: Connection
    ) async throws {
        let dataset = try await Dataset.resolve(request, on: connection)
        let snapshot = Snapshot(run: run.id)
        let layout = SnapshotLayout(
            batching: request.batching(rows: known.rows),
            isDeterministic: request.isDeterministic
        )
        try await snapshot.create(dataset, DatasetFacts(of: run), layout, epoch: run.epoch, on: connection)
        let content = try await snapshot.content(features: run.features.count, on: connection)
        guard content == known else {
            throw TrainingError(
                .sourceChanged,
                "the rows of \(dataset.title) are not those the run began with "
                    + "(\(known.rows) then, \(content.rows) now)",
                field: "source",
                hint: "start a new run on the rows as they are"
            )
        }
    }

    /// Class labels with the JSON type of their column.
    /// Refuses a loss for two classes where there are more.
    private static func checkLoss(
        _ request: TrainingRequest,
        _ facts: DatasetFacts,
        _ dataset: Dataset
    ) throws(TrainingError) {
        guard request.loss == .logistic, facts.classes.count != 2 else { return }
        throw TrainingError(
            .irrelevantOption,
            "loss logistic is for two classes, and the label \"\(dataset.label)\" of \(dataset.title) has "
                + "\(facts.classes.count)",
            field: "loss",
            hint: "leave it out: cross_entropy takes any number of classes"
        )
    }

    private static func labels(_ facts: DatasetFacts, _ dataset: Dataset) -> JSON {
        .array(
            facts.classes.map { text in
                switch dataset.labelKind {
                case .integer: Int(text).map(JSON.integer) ?? .string(text)
                case .boolean: .bool(text == "true")
                case .real, .text, .enumeration, .other: .string(text)
                }
            }
        )
    }

    /// What the plan needs to know about the server, whatever this session is set to.
    static func server(on connection: Connection) async throws -> TrainingPlan.Server {
        try await connection.transaction { connection in
            // Compiling counts as available only where it is switched on.
            try await connection.query(ServerSettings.apply([("jit", "on")], isLocal: true), name: "configure")
            let found = try await connection.query(
                """
                SELECT min(reset_val::int8) AS workers, pg_jit_available() AS can_compile FROM pg_settings
                WHERE name IN ('max_parallel_workers_per_gather', 'max_parallel_workers', 'max_worker_processes')
                """,
                name: "server"
            )
            return TrainingPlan.Server(
                workers: try found[0].get("workers"),
                canCompile: try found[0].get("can_compile")
            )
        }
    }
}
