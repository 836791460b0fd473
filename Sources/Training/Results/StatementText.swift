import Lowering
import Networks
import Postgres
import SQLText

/// The statement of a run as text to paste into psql: it reads the source itself, so that it runs whether or not the
/// run's snapshot is still there.
struct StatementText {
    let run: Run
    let parameters: Parameters

    /// - Parameters:
    ///   - shape: another spelling than the run's; nil for its own.
    ///   - iterations: how many iterations the statement does.
    func text(shape: StatementShape?, iterations: Int?, on connection: Connection) async throws -> String {
        let request = try TrainingRequest(run.spec)
        let facts = try DatasetFacts(of: run)
        let dataset = try await Dataset.resolve(request, on: connection)
            .reading(facts.encodings, of: run.id)
        let shape = shape ?? run.shape ?? .step
        if shape == .step, let iterations, iterations != 1 {
            throw TrainingError(
                .irrelevantOption,
                "shape step does one iteration per statement",
                field: "iterations",
                hint: "leave it out, or ask for shape recursive, block or window"
            )
        }
        let batching = request.batching(rows: facts.rows)
        try checkBatches(shape, iterations ?? 1, batching, request)
        let rows = try Snapshot.content(of: dataset, facts)
        // What is read again and again, or in parts, is put aside first; a single pass reads the source.
        let isPutAside = batching.isPartial || shape == .block || shape == .recursive
        let source =
            isPutAside
            ? RowSource(table: Self.snapshot, batches: batching.count)
            : RowSource(relation: "(\(rows) OFFSET '0') AS snapshot")
        let network = request.network(
            task: run.task,
            layerSizes: parameters.layerSizes,
            columns: facts.columns,
            iterationsPerEpoch: batching.count
        )
        let lowering = Lowering(try TrainingStep(network))
        let count = shape == .step ? 1 : iterations ?? request.blockSize ?? TrainingPlan.defaultBlockSize
        let statement = try TrainingPlan.limited(length: "iterations") { () throws(StatementLimitError) in
            try lowering.statement(shape, source, iterations: count)
        }
        let rendered = statement.sql.render(inliningValues: true)
        let state = try await state(count: lowering.step.stateCount, on: connection)
        let values = HoleValues(parameters, request, batching, iterations: count)
        let binds = try rendered.binds { values[$0, state: state] }
        let mode = PlanMode(shape, lowering, rowsPerIteration: min(facts.rows, batching.size))
        let name = "pgradient_run_\(run.id)_\(shape.rawValue)"
        let plural = count == 1 ? "one iteration" : "\(count) iterations"
        let preparing = isPutAside ? try putAside(rows, SnapshotColumns(dataset, facts), request, batching) : ""
        return """
            -- pgradient run \(run.id), shape \(shape.rawValue): \(plural) from the parameters of epoch \(parameters.epoch).
            -- Answers with the new weights, the new solver state, and loss, metric and row count of the old weights.
            -- Placeholders: \(describe(rendered))
            SET plan_cache_mode = \(mode.rawValue);
            SET jit = off;
            \(preparing)
            PREPARE \(name) (\(rendered.types.map(\.rawValue).joined(separator: ", "))) AS
            \(rendered.text);

            EXECUTE \(name) (\(binds.map(SQL.constant).joined(separator: ", ")));

            DEALLOCATE \(name);
            \(isPutAside ? "DROP TABLE \(Self.snapshot.quoted);\n" : "")
            """
    }

    /// Refuses what would train on other rows than the run.
    private func checkBatches(
        _ shape: StatementShape,
        _ iterations: Int,
        _ batching: Batching,
        _ request: TrainingRequest
    ) throws(TrainingError) {
        guard batching.isPartial else { return }
        if shape == .window { throw Self.noBatches(run.id) }
        if request.shuffle == .everyEpoch, iterations > batching.count {
            throw TrainingError(
                .irrelevantOption,
                "run \(run.id) shuffles its rows every epoch, between statements, and an epoch has \(batching.count) "
                    + "iterations",
                field: "iterations",
                hint: "ask for at most \(batching.count)"
            )
        }
    }

    /// Shape `window` and mini-batches do not go together.
    static func noBatches(_ run: Int) -> TrainingError {
        TrainingError(
            .irrelevantOption,
            "run \(run) has mini-batches, and shape window reads all rows",
            field: "shape",
            hint: "choose shape recursive, block or step"
        )
    }

    /// A temporary table: only the session that makes it sees it.
    private static let snapshot = QualifiedName(
        schema: Identifier(static: "pg_temp"),
        name: Identifier(static: "pgradient_snapshot")
    )

    /// Makes the table that the statement reads, as a run has its snapshot.
    private func putAside(
        _ rows: SQL,
        _ columns: SnapshotColumns,
        _ request: TrainingRequest,
        _ batching: Batching
    ) throws -> String {
        let layout = SnapshotLayout(batching: batching, isDeterministic: request.isDeterministic)
        let arranged = layout.arranged(rows, columns, epoch: parameters.epoch)
        let index =
            batching.isPartial ? "CREATE INDEX ON \(Self.snapshot.quoted) (batch);\nSET enable_seqscan = off;\n" : ""
        return """

            CREATE TEMPORARY TABLE \(Self.snapshot.name.quoted) AS
            \(arranged.render(inliningValues: true).text);
            \(index)ANALYZE \(Self.snapshot.quoted);

            """
    }

    private func describe(_ rendered: RenderedSQL) -> String {
        rendered.holes.enumerated().map { "$\($0 + 1) \($1.name)" }.joined(separator: ", ")
    }

    private func state(count: Int, on connection: Connection) async throws -> [Double] {
        let found = try await connection.query(
            """
            SELECT state FROM pgradient.solver_state
            WHERE run_id = \(run.id) AND epoch = \(Int32(parameters.epoch)) AND batch = 0
            """,
            name: "solver state"
        )
        return try found.first?.get("state") ?? [Double](repeating: 0, count: count)
    }
}
