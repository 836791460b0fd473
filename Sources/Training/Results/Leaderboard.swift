import Postgres
import SQLText

/// A finished run as `pgradient.leaderboard` has it: the epoch that did best, and on which rows.
public struct Standing: Sendable {
    public let rank: Int
    public let run: Int
    public let name: String?
    public let task: TaskKind
    public let source: String
    public let label: String
    public let state: String
    /// The rows that were measured on: validation, or else train.
    public let split: String
    public let bestEpoch: Int
    public let loss: Double
    public let accuracy: Double?
    public let r2: Double?
    public let epochs: Int
    public let rows: Int?
    public let seconds: Double
    public let tags: [String]

    init(_ row: Row) throws {
        rank = try row.get("rank")
        run = try row.get("run_id")
        name = try row.get("name")
        let task: String = try row.get("task")
        self.task = task == TaskKind.regression.rawValue ? .regression : .classification
        source = try row.get("source")
        label = try row.get("label")
        state = try row.get("state")
        split = try row.get("split")
        bestEpoch = try row.get("best_epoch")
        loss = try row.get("loss")
        accuracy = try row.get("accuracy")
        r2 = try row.get("r2")
        epochs = try row.get("epochs")
        rows = try row.get("rows")
        seconds = try row.get("seconds")
        tags = try row.get("tags")
    }

    /// The best runs of each task, in the order of the view.
    static func best(tag: String?, limit: Int, on connection: Connection) async throws -> [Standing] {
        let found = try await connection.query(
            """
            SELECT * FROM pgradient.leaderboard WHERE \(tag.map { "\($0) = ANY (tags)" as SQL } ?? "true")
            LIMIT \(literal: limit)
            """,
            name: "leaderboard"
        )
        return try found.map(Standing.init)
    }
}
