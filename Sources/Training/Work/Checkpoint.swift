import Postgres
import SQLText

/// Where training stands: the parameters and all that the next iteration needs beside them.
struct Checkpoint: Sendable {
    /// Whole epochs done.
    var epoch: Int
    /// Batches of the next epoch that are done.
    var batch: Int
    var weights: [Double]
    var state: [Double]
    /// What the unfinished epoch has seen so far, summed over its rows.
    var seenLoss: Double
    var seenMetric: Double
    var seenRows: Double

    /// The last committed checkpoint of a run.
    static func newest(_ run: Int, _ plan: TrainingPlan, on connection: Connection) async throws -> Checkpoint {
        let newest = try await connection.query(
            """
            SELECT p.epoch, coalesce(s.weights, p.weights) AS weights, s.state, coalesce(s.batch, 0) AS batch,
                   coalesce(s.seen_loss, 0) AS seen_loss, coalesce(s.seen_metric, 0) AS seen_metric,
                   coalesce(s.seen_rows, 0) AS seen_rows
            FROM pgradient.params AS p
            LEFT JOIN pgradient.solver_state AS s ON s.run_id = p.run_id AND s.epoch = p.epoch
            WHERE p.run_id = \(run) ORDER BY p.epoch DESC LIMIT 1
            """,
            name: "newest parameters"
        )
        guard let row = newest.first else { throw TrainingError(.internal, "run \(run) has no parameters") }
        let checkpoint = Checkpoint(
            epoch: try row.get("epoch"),
            batch: try row.get("batch"),
            weights: try row.get("weights"),
            state: try row.get("state") ?? [Double](repeating: 0, count: plan.step.stateCount),
            seenLoss: try row.get("seen_loss"),
            seenMetric: try row.get("seen_metric"),
            seenRows: try row.get("seen_rows")
        )
        guard checkpoint.weights.count == plan.step.layout.count, checkpoint.state.count == plan.step.stateCount,
            checkpoint.batch < plan.batching.count
        else {
            throw TrainingError(.internal, "the stored parameters of run \(run) do not fit its network")
        }
        return checkpoint
    }
}
