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
    /// Metrics after an epoch, oldest first, one more than asked for if there are more.
    static func metrics(_ run: Int, after: Int?, limit: Int, on connection: Connection) async throws -> [Metric] {
        let found = try await connection.query(
            """
            SELECT epoch, split, loss, accuracy, r2, learning_rate, duration_ms FROM pgradient.metrics
            WHERE run_id = \(run) AND epoch > \(Int32(after ?? -1)) ORDER BY epoch, split LIMIT \(literal: limit)
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
