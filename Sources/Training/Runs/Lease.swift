import Postgres
import SQLText

/// The right to work on a run: its number, the attempt and a token that only the holder knows.
///
/// If the holder dies, its lease runs out and another takes the run over with the next attempt and a token of its own.
/// If the holder was merely slow, its next transaction finds the token changed and writes nothing. While a transaction
/// of the holder is open, the row is locked and a takeover skips it, so a statement may last longer than the lease.
public struct Lease: Sendable, Hashable {
    /// The run.
    public let run: Int
    /// How often the run was taken up, this time included.
    public let attempt: Int
    /// The fencing token.
    public let token: String

    /// How long a lease lasts after the last commit.
    static let duration: SQL = "interval '10 seconds'"

    /// Takes up the oldest run that is queued or whose holder has died; nil if there is none.
    /// - Parameter id: take up this run only.
    static func claim(_ id: Int? = nil, owner: String, on connection: Connection) async throws -> Lease? {
        let claimed = try await connection.query(
            """
            UPDATE pgradient.runs SET
                state = CASE WHEN content_hash IS NULL THEN 'preparing' ELSE 'running' END,
                attempt = attempt + 1, lease_token = gen_random_uuid(), lease_owner = \(owner),
                lease_expires_at = clock_timestamp() + \(duration),
                started_at = coalesce(started_at, clock_timestamp()),
                active_since = coalesce(active_since, clock_timestamp())
            WHERE id = (
                SELECT id FROM pgradient.runs
                WHERE (state = 'queued' OR state IN ('preparing', 'running') AND lease_expires_at < clock_timestamp())
                  AND \(id.map { "id = \($0)" as SQL } ?? "true")
                ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING id, attempt, lease_token
            """,
            name: "claim run"
        )
        guard let row = claimed.first else { return nil }
        return Lease(
            run: try row.get("id"),
            attempt: try row.get("attempt"),
            token: try row.get("lease_token")
        )
    }

    /// The rows of `runs` that this lease may write: one, or none if it was lost.
    var condition: SQL {
        """
        runs.id = \(run) AND runs.attempt = \(Int32(attempt)) AND runs.lease_token = \(SQLValue.uuid(token)) \
        AND runs.state IN ('preparing', 'running')
        """
    }

    /// First statement of every transaction of the holder: locks the run's row.
    /// - Throws: `LeaseLost` if somebody else has taken the run over; `RunCancelled` if someone wants it stopped.
    func fence(on connection: Connection) async throws {
        let held = try await connection.query(
            """
            SELECT EXISTS (SELECT FROM pgradient.cancel_requests WHERE run_id = \(run)) AS cancelled
            FROM pgradient.runs WHERE \(condition) FOR NO KEY UPDATE
            """,
            name: "fence"
        )
        guard let row = held.first else { throw LeaseLost(run: run) }
        if try row.decode(Bool.self, "cancelled") { throw RunCancelled(run: run) }
    }

    /// Makes the lease last from now, after work that took long.
    func extend(on connection: Connection) async throws {
        try await connection.query(
            "UPDATE pgradient.runs SET lease_expires_at = clock_timestamp() + \(Self.duration) WHERE \(condition)",
            name: "extend lease"
        )
    }

    /// Gives the run back, so that another may go on with it at once.
    func release(on connection: Connection) async throws {
        try await connection.query(
            """
            UPDATE pgradient.runs SET state = 'queued', lease_token = NULL, lease_owner = NULL, lease_expires_at = NULL
            WHERE \(condition)
            """,
            name: "release run"
        )
        try await connection.query("SELECT pg_notify(\(Signals.channel), \("queued \(run)"))", name: "notify")
    }
}

/// Somebody else works on the run now. Nothing more may be written for it.
struct LeaseLost: Error, CustomStringConvertible {
    let run: Int
    var description: String { "run \(run) was taken over by another process" }
}

/// Someone asked for the run to be stopped.
struct RunCancelled: Error, CustomStringConvertible {
    let run: Int
    var description: String { "run \(run) was cancelled" }
}
