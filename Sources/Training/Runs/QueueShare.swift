import Postgres
import SQLText

/// How many runs one client may have waiting: the queue is shared, and nobody should find it full of somebody else's.
///
/// The database counts, so that all daemons on it agree.
public struct QueueShare: Sendable, Hashable {
    /// Whom to count as one.
    public let client: String
    /// Queued runs at most.
    public let limit: Int

    /// The share of a client.
    public init(client: String, limit: Int) {
        self.client = client
        self.limit = limit
    }

    /// The share until the end of the transaction: the client's other requests wait for it, so that what is counted
    /// next is still true when a run is added. Others' don't.
    func hold(on connection: Connection) async throws {
        let key = "pgradient queue \(client)"
        try await connection.query(
            "SELECT pg_advisory_xact_lock(hashtextextended(\(key), 0))",
            name: "hold queue share"
        )
    }

    /// Whether one more run has room. Only sure of it while the share is held, and in a statement of its own: one sees
    /// what was there when it began.
    /// - Throws: `TrainingError` if there is none.
    func requireRoom(on connection: Connection) async throws {
        // The first condition is the index's.
        let counted = try await connection.query(
            """
            SELECT count(*) AS waiting FROM pgradient.runs
            WHERE state IN ('queued', 'preparing', 'running') AND state = 'queued' AND client = \(client)
            """,
            name: "count queued runs"
        )
        guard let waiting: Int = try counted.first?.get("waiting"), waiting >= limit else { return }
        throw TrainingError(
            .queueFull,
            "\(waiting) runs of this client (\(client)) are waiting, and no more than \(limit) may",
            hint: "wait until some have begun, cancel some with DELETE /train/{id}, or start the daemon with a larger "
                + "--max-queued"
        )
    }
}
