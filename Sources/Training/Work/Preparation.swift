import JSONTree
import Logging
import Lowering
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
            let settings = ServerSettings.reading(isDeterministic: request.isDeterministic)
            try await connection.query(settings, name: "configure")
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
        guard try await snapshot.content(SnapshotColumns(of: run), on: connection) == known else { return false }
        return try await snapshot.validationRows(on: connection) == run.validationRows ?? 0
    }

    private func prepare(_ run: Run, _ request: TrainingRequest, on connection: Connection) async throws -> Run {
        try await connection.transaction { connection in
            try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            // Statements are written and counted in this transaction, which takes a wide network its time.
            try await connection.query(
                ServerSettings.apply([("idle_in_transaction_session_timeout", "10min")], isLocal: true),
                name: "configure"
            )
            let settings = ServerSettings.reading(isDeterministic: request.isDeterministic)
            try await connection.query(settings, name: "configure")
            try await lease.fence(on: connection)
            let resolved = try await Dataset.resolve(request, on: connection)
            let warmStart = try await WarmStart.find(request, resolved, on: connection)
            var gatherer = FactsGatherer(request, resolved, carrying: try warmStart?.encodings(), on: connection)
            let (facts, dataset) = try await gatherer.gather()
            try Self.checkLoss(request, facts, dataset)
            let labels: JSON? = facts.classes.isEmpty ? nil : Self.labels(facts, dataset)
            var first: Parameters?
            if let warmStart {
                try warmStart.check(classes: labels)
                first = try await warmStart.parameters(on: connection)
            }
            let outputs = request.head(dataset.task).outputs(classes: facts.classes.count)
            let sizes = [facts.inputs] + request.hiddenLayerSizes + [outputs]
            let snapshot = Snapshot(run: run.id)
            let server = try await Self.server(on: connection, for: request.shape)
            let initialization = first.map { .weights($0.weights) } ?? request.initialization
            let (plan, weights) = try await Self.copying {
                let layout = SnapshotLayout(request, rows: facts.rows)
                try await snapshot.create(dataset, facts, layout, epoch: 0, on: connection)
            } while: {
                let plan = try TrainingPlan(
                    request,
                    task: dataset.task,
                    layerSizes: sizes,
                    columns: facts.columns,
                    rows: facts.rows,
                    server: server,
                    table: snapshot.name
                )
                let weights = try InitialWeights.make(
                    initialization,
                    layout: plan.step.layout,
                    activations: request.activations,
                    seed: request.seed
                )
                return (plan, weights)
            }
            let selection = Selection(plan, iterations: request.maxIter)
            let counts: SQLValue =
                facts.classes.isEmpty ? .null(.int8Array) : .int8Array(facts.classCounts.map(Int64.init))
            let weightsByClass: SQLValue = facts.classWeights.map(SQLValue.float8Array) ?? .null(.float8Array)
            let thresholds: SQLValue = facts.thresholds.map { .int8Array($0.hashes) } ?? .null(.int8Array)
            let content = try await snapshot.content(SnapshotColumns(dataset, facts), on: connection)
            if let plane = Plane(facts.encodings) {
                let tables = snapshot.tables(rows: content.rows, validationRows: facts.validationRows)
                try await PictureFrame.gather(plane, tables, on: connection).store(run.id, on: connection)
            }
            try await connection.query(
                """
                UPDATE pgradient.runs SET state = 'running',
                    layer_sizes = \(SQLValue.int8Array(sizes.map(Int64.init)))::int4[],
                    class_labels = \(labels.map { SQLValue.jsonb($0.compact) } ?? .null(.jsonb)),
                    feature_names = \(SQLValue.textArray(dataset.featureNames)),
                    feature_encodings = \(SQLValue.jsonb(JSON.array(facts.encodings.map(\.json)).compact)),
                    class_counts = \(counts),
                    class_weights = \(weightsByClass),
                    notices = \(SQLValue.jsonb(JSON.array(facts.notices.map(JSON.string)).compact)),
                    split_thresholds = \(thresholds),
                    validation_rows = \(facts.validationRows),
                    validation_variance = \(facts.validationVariance.map(SQLValue.float8) ?? .null(.float8)),
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

    /// Plans while the server copies, each of which can take seconds. A plan that can't be made ends the copy.
    private static func copying<T: Sendable>(
        _ copy: @escaping @Sendable () async throws -> Void,
        while plan: () throws -> T
    ) async throws -> T {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await copy() }
            let planned = try plan()
            try await group.waitForAll()
            return planned
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
        let facts = try DatasetFacts(of: run)
        let dataset = try await Dataset.resolve(request, on: connection)
            .reading(facts.encodings, of: run.id)
        let snapshot = Snapshot(run: run.id)
        let layout = SnapshotLayout(request, rows: known.rows)
        try await snapshot.create(dataset, facts, layout, epoch: run.epoch, on: connection)
        let content = try await snapshot.content(SnapshotColumns(dataset, facts), on: connection)
        guard content == known, try await snapshot.validationRows(on: connection) == facts.validationRows else {
            throw TrainingError(
                .sourceChanged,
                "the rows of \(dataset.title) are not those the run began with "
                    + "(\(known.rows) then, \(content.rows) now)",
                field: "source",
                hint: "start a new run on the rows as they are"
            )
        }
    }

    /// Refuses a loss for two classes where there are more.
    private static func checkLoss(
        _ request: TrainingRequest,
        _ facts: DatasetFacts,
        _ dataset: Dataset
    ) throws(TrainingError) {
        guard request.loss == .logistic, facts.classes.count != 2 else { return }
        throw TrainingError(
            .irrelevantOption,
            "loss logistic is for two classes, and the label \"\(dataset.label.name)\" of \(dataset.title) has "
                + "\(facts.classes.count)",
            field: "loss",
            hint: "leave it out: cross_entropy takes any number of classes"
        )
    }

    /// Class labels with the JSON type of their column.
    private static func labels(_ facts: DatasetFacts, _ dataset: Dataset) -> JSON {
        .array(
            facts.classes.map { text in
                switch dataset.label.kind {
                case .integer: Int(text).map(JSON.integer) ?? .string(text)
                case .boolean: .bool(text == "true")
                default: .string(text)
                }
            }
        )
    }

    /// What the plan needs to know about the server, whatever this session is set to.
    /// - Parameter shape: the shape that was asked for. Whether the server can compile is known once it has loaded its
    ///   compiler, and that is left alone for shapes that are never compiled.
    static func server(on connection: Connection, for shape: StatementShape?) async throws -> TrainingPlan.Server {
        try await connection.transaction { connection in
            // Compiling counts as available only where it is switched on.
            try await connection.query(ServerSettings.apply([("jit", "on")], isLocal: true), name: "configure")
            let canCompile: SQL = shape == nil || shape == .recursive ? "pg_jit_available()" : "false"
            let found = try await connection.query(
                """
                SELECT min(reset_val::int8) AS workers, \(canCompile) AS can_compile FROM pg_settings
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
