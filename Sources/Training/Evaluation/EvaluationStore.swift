import JSONTree
import Postgres
import SQLText

/// Keeps the newest evaluation of each split of a run, for psql.
enum EvaluationStore {
    /// Puts an evaluation in place of the one before. One of another table belongs to no split and is not kept.
    static func store(_ evaluation: Evaluation, on connection: Connection) async throws {
        guard case .split(let split) = evaluation.place else { return }
        try await connection.query(
            """
            INSERT INTO pgradient.evaluations (run_id, split, epoch, measured_at, document)
            VALUES (\(evaluation.run), \(split.rawValue), \(Int32(evaluation.epoch)), clock_timestamp(),
                    \(SQLValue.jsonb(evaluation.document.compact)))
            ON CONFLICT (run_id, split) DO UPDATE SET
                epoch = excluded.epoch, measured_at = excluded.measured_at, document = excluded.document
            """,
            name: "store evaluation"
        )
    }
}
