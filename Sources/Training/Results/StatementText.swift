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
    ///   - iterations: how many iterations a window statement nests.
    func text(shape: StatementShape?, iterations: Int?, on connection: Connection) async throws -> String {
        let request = try TrainingRequest(run.spec)
        let dataset = try await Dataset.resolve(request, on: connection)
        let facts = try DatasetFacts(of: run)
        let source = RowSource(relation: "(\(try Snapshot.content(of: dataset, facts)) OFFSET '0') AS snapshot")
        let shape = shape ?? run.shape ?? .step
        if shape == .step, let iterations, iterations != 1 {
            throw TrainingError(
                .irrelevantOption,
                "shape step does one iteration per statement",
                field: "iterations",
                hint: "leave it out, or ask for shape window"
            )
        }
        let network = request.network(task: run.task, layerSizes: parameters.layerSizes)
        let lowering = Lowering(try TrainingStep(network))
        let count = iterations ?? (shape == .window ? request.blockSize : 1)
        let statement = try TrainingPlan.limited { () throws(StatementLimitError) in
            try lowering.statement(shape, source, iterations: count)
        }
        let weights = Dictionary(uniqueKeysWithValues: zip(parameters.layout.names, parameters.weights))
        let state = try await state(count: lowering.step.stateCount, on: connection)
        let rendered = statement.sql.render(inliningValues: true)
        let binds = try rendered.binds { hole in
            switch hole {
            case HoleName.state: .float8Array(state)
            case HoleName.learningRate: .float8(request.learningRate)
            case HoleName.iteration: .float8(Double(parameters.epoch + 1))
            default: weights[hole].map(SQLValue.float8)
            }
        }
        let name = "pgradient_run_\(run.id)_\(shape.rawValue)"
        let plural = count == 1 ? "one iteration" : "\(count) iterations"
        return """
            -- pgradient run \(run.id), shape \(shape.rawValue): \(plural) from the parameters of epoch \(parameters.epoch).
            -- Answers with the new weights, the new solver state, and loss, metric and row count of the old weights.
            -- Placeholders: \(describe(rendered))
            SET plan_cache_mode = force_generic_plan;
            SET jit = off;

            PREPARE \(name) (\(rendered.types.map(\.rawValue).joined(separator: ", "))) AS
            \(rendered.text);

            EXECUTE \(name) (\(binds.map(SQL.constant).joined(separator: ", ")));

            DEALLOCATE \(name);

            """
    }

    private func describe(_ rendered: RenderedSQL) -> String {
        rendered.holes.enumerated().map { "$\($0 + 1) \($1.name)" }.joined(separator: ", ")
    }

    private func state(count: Int, on connection: Connection) async throws -> [Double] {
        let found = try await connection.query(
            "SELECT state FROM pgradient.solver_state WHERE run_id = \(run.id) AND epoch = \(Int32(parameters.epoch))",
            name: "solver state"
        )
        return try found.first?.get("state") ?? [Double](repeating: 0, count: count)
    }
}
