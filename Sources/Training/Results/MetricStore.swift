import Postgres
import SQLText

/// One line of a run's history.
public struct Metric: Sendable {
    public let epoch: Int
    public let split: String
    public let loss: Double
    public let accuracy: Double?
    public let r2: Double?
    public let learningRate: Double?
    public let durationMilliseconds: Double?

    init(_ row: Row) throws {
        epoch = try row.get("epoch")
        split = try row.get("split")
        loss = try row.get("loss")
        accuracy = try row.get("accuracy")
        r2 = try row.get("r2")
        learningRate = try row.get("learning_rate")
        durationMilliseconds = try row.get("duration_ms")
    }
}

/// Reads metrics.
enum MetricStore {
    /// Metrics of the epochs after one, oldest first, for so many epochs: all of an epoch, however many splits it has.
    ///
    /// Rows that are held out are measured as soon as an epoch is there, those that are trained on by the iteration after it. An
    /// epoch counts when both are known, so that who has seen an epoch has seen all of it.
    /// - Parameters:
    ///   - split: of this split only.
    ///   - every: of epochs that this number divides only.
    static func metrics(
        _ run: Int,
        after: Int?,
        limit: Int,
        split: Split? = nil,
        every: Int = 1,
        on connection: Connection
    ) async throws -> [Metric] {
        // Splits and bounds are named so that the index is used: left alone, the planner reads all metrics of the run.
        let splits = SQLValue.textArray((split.map { [$0] } ?? Split.allCases).map(\.rawValue))
        let found = try await connection.query(
            """
            WITH wanted AS MATERIALIZED (
                SELECT epoch FROM pgradient.metrics
                WHERE run_id = \(run) AND split = 'train' AND epoch > \(Int32(after ?? -1)) AND epoch % \(literal: every) = 0
                ORDER BY epoch LIMIT \(literal: limit))
            SELECT epoch, split, loss, accuracy, r2, learning_rate, duration_ms FROM pgradient.metrics
            WHERE run_id = \(run) AND split = ANY (\(splits))
                AND epoch BETWEEN (SELECT min(epoch) FROM wanted) AND (SELECT max(epoch) FROM wanted)
                AND epoch IN (SELECT epoch FROM wanted)
            ORDER BY epoch, split
            """,
            name: "metrics"
        )
        return try found.map(Metric.init)
    }

    /// The losses of epochs, in order.
    static func losses(
        _ run: Int,
        _ split: Split,
        before epoch: Int,
        on connection: Connection
    ) async throws -> [(epoch: Int, loss: Double)] {
        let found = try await connection.query(
            """
            SELECT epoch, loss FROM pgradient.metrics
            WHERE run_id = \(run) AND split = \(split.rawValue) AND epoch < \(Int32(epoch)) ORDER BY epoch
            """,
            name: "losses"
        )
        return try found.map { (epoch: try $0.get("epoch"), loss: try $0.get("loss")) }
    }
}
