import Migrations
import Postgres

/// What `pgradient doctor` says about a database: version, privileges, schema, parallel workers.
public struct DatabaseReport: Sendable {
    /// One finding.
    public struct Line: Sendable {
        public let name: String
        /// False where training can't work like this.
        public let isFine: Bool
        public let text: String
        public let remedy: String?
    }

    public private(set) var lines: [Line] = []

    /// Looks without changing anything.
    public static func gather(_ service: TrainingService) async -> DatabaseReport {
        var report = DatabaseReport()
        do {
            report = try await service.pool.withConnection { connection in
                var report = DatabaseReport()
                try await report.describe(connection)
                return report
            }
        } catch {
            report.add("database", false, "\(TrainingError(error).message)")
        }
        return report
    }

    private mutating func describe(_ connection: Connection) async throws {
        let facts = try await connection.query(
            """
            SELECT current_setting('server_version') AS version, current_user::text AS who, current_database()::text AS base,
                   has_database_privilege(current_database(), 'CREATE') AS may_create,
                   pg_is_in_recovery() AS is_replica,
                   current_setting('max_parallel_workers_per_gather')::int4 AS workers
            """,
            name: "doctor"
        )
        let row = facts[0]
        let base: String = try row.get("base")
        let who: String = try row.get("who")
        add("database", true, "PostgreSQL \(try row.get("version") as String), database \(base), user \(who)")
        if try row.get("is_replica") {
            add("replica", false, "the server is a read-only replica", remedy: "give the URL of the primary")
        }
        try await describeSchema(connection, mayCreate: row.get("may_create"), base: base, who: who)
        let workers: Int = try row.get("workers")
        add(
            "parallel workers",
            true,
            workers > 0 ? "\(workers) per statement" : "none per statement: large tables train in one process",
            remedy: workers > 0 ? nil : "set max_parallel_workers_per_gather to 2 or more for the user or the server"
        )
    }

    private mutating func describeSchema(
        _ connection: Connection,
        mayCreate: Bool,
        base: String,
        who: String
    ) async throws {
        do {
            let status = try await Migrator(migrations: Migrations.all()).status(on: connection)
            if status.pending.isEmpty {
                add("schema", true, "pgradient is up to date")
            } else if mayCreate {
                add("schema", true, "\(status.pending.count) migrations to come; the first command applies them")
            } else {
                add(
                    "schema",
                    false,
                    "\(status.pending.count) migrations are missing, and \(who) may not create schemas",
                    remedy: "run `pgradient migrate` as the owner, or GRANT CREATE ON DATABASE \(base) TO \(who)"
                )
            }
        } catch let error as MigrationError {
            add("schema", false, "\(error)")
        }
    }

    private mutating func add(_ name: String, _ isFine: Bool, _ text: String, remedy: String? = nil) {
        lines.append(Line(name: name, isFine: isFine, text: text, remedy: remedy))
    }
}
