import Postgres
import SQLText

/// The course of the loss of several runs in a few numbers each.
enum Sparklines {
    /// Losses on the rows to train on, of epochs that lie evenly between the first and the last that is measured; all epochs
    /// where there are no more than wanted.
    ///
    /// One statement for all runs. Each number is looked up in the index, so that a long run takes as long as a short one.
    /// - Parameter length: so many numbers at most, and two at least.
    static func losses(_ runs: [Int], length: Int, on connection: Connection) async throws -> [Int: [Double]] {
        let last = max(length, 2) - 1
        let found = try await connection.query(
            """
            SELECT r.id, array_agg(m.loss ORDER BY m.epoch) AS losses
            FROM unnest(\(SQLValue.int8Array(runs.map(Int64.init)))) AS r (id)
            CROSS JOIN LATERAL (
                SELECT min(epoch) AS first, max(epoch) - min(epoch) AS distance FROM pgradient.metrics
                WHERE run_id = r.id AND split = 'train') AS span
            CROSS JOIN LATERAL (
                SELECT DISTINCT near.epoch, near.loss
                FROM generate_series(0, \(literal: last)) AS place
                CROSS JOIN LATERAL (
                    SELECT epoch, loss FROM pgradient.metrics
                    WHERE run_id = r.id AND split = 'train'
                      AND epoch >= span.first + (span.distance::int8 * place / \(literal: last))::int4
                    ORDER BY epoch LIMIT 1) AS near) AS m
            GROUP BY r.id
            """,
            name: "sparklines"
        )
        return try Dictionary(uniqueKeysWithValues: found.map { (try $0.get("id"), try $0.get("losses")) })
    }
}

extension TrainingService {
    /// The course of the loss of each run in at most so many numbers; a run that nothing was measured of has none.
    public func sparklines(_ runs: [Int], length: Int) async throws -> [Int: [Double]] {
        try await pool.withConnection { try await Sparklines.losses(runs, length: length, on: $0) }
    }
}
