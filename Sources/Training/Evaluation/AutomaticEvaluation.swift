import Logging
import Postgres
import SQLText

/// The evaluation that every run leaves behind, made of its snapshot before that is dropped.
///
/// Only where it is cheap beside the training. That it can't be made is no reason for the run to fail.
struct AutomaticEvaluation {
    let lease: Lease
    let logger: Logger

    /// Runs with more rows are evaluated when someone asks.
    static let maximumRows = 100_000
    /// Every class sorts all rows.
    static let maximumRanked = 1_000_000

    /// Evaluates the newest parameters and stores the result.
    func record(on connection: Connection) async throws {
        let run = try await RunStore.run(lease.run, on: connection)
        // What its snapshot holds: rows for validation, or those it learned from.
        let split = try run.split(nil)
        guard let rows = run.rows(split), rows <= Self.maximumRows,
            rows * (run.classes?.count ?? 1) <= Self.maximumRanked
        else { return }
        do {
            // Unrolling a wide network takes time, and a transaction that is idle meanwhile holds the run's row.
            let parameters = try await ParamStore.parameters(run, .chosen, on: connection)
            let evaluator = try Evaluator(run, parameters)
            try await connection.transaction { connection in
                try await lease.fence(on: connection)
                try await ScoredRows.configure(connection)
                try await connection.query("SET LOCAL statement_timeout = '60s'", name: "configure")
                let snapshot = Snapshot(run: run.id)
                let table = split == .validation ? snapshot.validation : snapshot.name
                let (measures, _) = try await evaluator.measures(
                    "SELECT \(run.featureColumns), y FROM \(table)",
                    on: connection
                )
                // Fewer: a crash of the server has emptied the snapshot.
                guard measures.rows == rows else { return }
                let evaluation = Evaluation(
                    run: run.id,
                    epoch: parameters.epoch,
                    place: .split(split),
                    classes: run.classes,
                    measures: measures,
                    importance: nil,
                    notice: nil
                )
                try await EvaluationStore.store(evaluation, on: connection)
                try await lease.extend(on: connection)
            }
        } catch let error
            where error is LeaseLost || error is RunCancelled || error is CancellationError || error is ConnectionError
        {
            throw error
        } catch {
            logger.warning("the run was not evaluated", metadata: ["reason": "\(error)"])
        }
    }
}
