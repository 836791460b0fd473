import Postgres
import SQLText

/// Deletes runs with everything that belongs to them: what refers to the run goes with its row, by ON DELETE CASCADE;
/// the tables and the view that are named after it are dropped.
enum RunDeletion {
    /// Deletes all of the runs, or none if one is at work or is not there.
    static func delete(_ ids: [Int], on connection: Connection) async throws {
        try await connection.transaction { connection in
            try await connection.query(
                ServerSettings.apply([("client_min_messages", "warning")], isLocal: true),
                name: "configure"
            )
            // In order of their numbers, so that two deletions never wait for each other.
            for id in Set(ids).sorted() { try await delete(id, on: connection) }
        }
    }

    private static func delete(_ id: Int, on connection: Connection) async throws {
        // A row that is locked belongs to somebody at work, or is being changed this very moment.
        let idle = try await connection.query(
            """
            SELECT FROM pgradient.runs WHERE id = \(id) AND state NOT IN ('preparing', 'running')
            FOR UPDATE SKIP LOCKED
            """,
            name: "lock run"
        )
        guard idle.count == 1 else {
            let run = try await RunStore.run(id, on: connection)
            throw TrainingError(
                .conflict,
                run.state == .preparing || run.state == .running
                    ? "run \(id) is \(run.state.rawValue), and a run at work is not deleted"
                    : "run \(id) is just being changed by another process",
                hint: run.state == .preparing || run.state == .running ? "cancel it first" : "try again"
            )
        }
        try await Snapshot(run: id).drop(on: connection)
        // Made on demand by pgradient.create_wide_view.
        try await connection.query(
            "DROP VIEW IF EXISTS \(Identifier(static: "pgradient_data")).\(Identifier("params_run", id))",
            name: "drop wide view"
        )
        try await connection.query("DELETE FROM pgradient.runs WHERE id = \(id)", name: "delete run")
        // Whoever follows its events looks, and finds that it is gone.
        try await connection.query("SELECT pg_notify(\(Signals.channel), \("progress \(id)"))", name: "notify")
    }
}
