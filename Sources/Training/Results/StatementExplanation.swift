import Lowering
import Postgres
import SQLText

/// Why a run's statement has the form it has, what it asks of the server, and the server's plan for it.
public struct StatementExplanation: Sendable {
    /// The run.
    public let run: Int
    /// The shape that is explained.
    public let shape: StatementShape
    /// Why the run has the form it has, in a sentence.
    public let reason: String
    /// All forms, those that were timed before the others, the fastest first.
    public let candidates: [Candidate]
    /// What the statement asks of the server, and how much there is.
    public let sizes: [(name: String, needed: Int, maximum: Int)]
    /// The lines of EXPLAIN.
    public let plan: [String]
}

/// Explains the statement of a run.
struct Explainer {
    let run: Run
    let parameters: Parameters

    /// - Parameter shape: another shape than the run's; nil for its own.
    func explain(shape: StatementShape?, on connection: Connection) async throws -> StatementExplanation {
        let request = try TrainingRequest(run.spec)
        let facts = try DatasetFacts(of: run)
        let server = try await Preparation.server(on: connection, for: nil)
        let plan = try TrainingPlan(
            request,
            task: run.task,
            layerSizes: parameters.layerSizes,
            columns: facts.columns,
            rows: facts.rows,
            server: server,
            table: Snapshot(run: run.id).name,
            known: run.candidates
        )
        let form = form(shape, plan)
        if form.shape == .window, plan.batching.isPartial {
            throw StatementText.noBatches(run.id)
        }
        let count = request.blockSize ?? TrainingPlan.defaultBlockSize
        let statement = try plan.statement(form.shape, iterations: count)
        return StatementExplanation(
            run: run.id,
            shape: form.shape,
            reason: run.shapeReason ?? "",
            // What was timed stands first: it is not comparable with estimates.
            candidates: plan.candidates.sorted {
                ($0.measured == nil ? 1 : 0, $0.best) < ($1.measured == nil ? 1 : 0, $1.best)
            },
            sizes: statement.size.againstLimits(.postgres),
            plan: try await lines(statement, form, plan, request, server.workers, count, on: connection)
        )
    }

    /// The chosen form, or the best of the shape that is asked about.
    private func form(_ shape: StatementShape?, _ plan: TrainingPlan) -> StatementForm {
        let fitting = plan.candidates.filter { shape == nil ? $0.isChosen : $0.form.shape == shape }
        let best = fitting.filter { $0.obstacle == nil }.min { $0.best < $1.best } ?? fitting.first
        return best?.form ?? StatementForm(shape ?? run.shape ?? .step)
    }

    /// What the server would do, under the settings of a run that trains. The snapshot is made for it if it is gone;
    /// nothing of that stays.
    private func lines(
        _ statement: LoweredStatement,
        _ form: StatementForm,
        _ plan: TrainingPlan,
        _ request: TrainingRequest,
        _ workers: Int,
        _ iterations: Int,
        on connection: Connection
    ) async throws -> [String] {
        do {
            try await connection.transaction { connection in
                let settings = ServerSettings.session.filter { $0.name != "statement_timeout" }
                let local =
                    settings + [("max_parallel_workers_per_gather", form.isParallel ? "\(workers)" : "0")]
                    + ServerSettings.transaction(form, isPartial: plan.batching.isPartial)
                let snapshot = Snapshot(run: run.id)
                if try await !snapshot.exists(on: connection) {
                    let facts = try DatasetFacts(of: run)
                    let dataset = try await Dataset.resolve(request, on: connection)
                        .reading(facts.encodings, of: run.id)
                    try await snapshot.create(
                        dataset,
                        facts,
                        plan.layout,
                        epoch: run.epoch,
                        on: connection
                    )
                }
                try await connection.query(ServerSettings.apply(local, isLocal: true), name: "configure")
                let binds = HoleValues(parameters, request, plan.batching, iterations: iterations)
                let text = statement.sql.inlined { binds[$0, state: plan.step.stateCount] }
                let rows = try await connection.query("EXPLAIN \(unsafeRaw: text)", name: "explain")
                throw Explained(lines: try rows.decode(String.self, "QUERY PLAN"))
            }
        } catch let explained as Explained {
            return explained.lines
        }
        return []
    }
}

/// Rolls the transaction back with the answer.
private struct Explained: Error { let lines: [String] }
