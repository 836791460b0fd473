import SQLText

/// The table that says which migrations were applied. Every call but `entries` needs the migrator's lock: even
/// `CREATE … IF NOT EXISTS` fails when two sessions run it at once.
struct Book {
    let schema: Identifier
    let table: QualifiedName

    init(_ schema: Identifier) {
        self.schema = schema
        table = QualifiedName(schema: schema, name: Identifier(static: "schema_migrations"))
    }

    /// Makes schema and table if they are not there. What is there needs no privilege to be created.
    /// - Throws: `MigrationError.missingPrivilege`.
    nonisolated(nonsending) func create(_ connection: Connection) async throws {
        let name = SQL.bind(.text(schema.name))
        if try await !exists("select from pg_namespace where nspname = \(name)", connection) {
            try await create(
                """
                create schema \(schema);
                comment on schema \(schema) is 'pgradient: training runs, their parameters of every epoch and metrics'
                """,
                what: "create a schema in the database",
                grant: "select format('grant create on database %I to %I', current_database(), current_user) as line",
                connection
            )
        }
        if try await !hasTable(connection) {
            try await create(
                """
                create table \(table) (
                    version integer primary key check (version > 0),
                    name text not null,
                    checksum text not null,
                    applied_at timestamptz not null default clock_timestamp()
                );
                comment on table \(table) is 'Which migrations of pgradient were applied to this database';
                comment on column \(table).version is 'Number of the file, counted from 1';
                comment on column \(table).name is 'Name of the file between number and .sql';
                comment on column \(table).checksum is 'SHA-256 of the file, hexadecimal; a changed file is refused';
                comment on column \(table).applied_at is 'When it was applied'
                """,
                what: "create tables in the schema \"\(schema)\"",
                grant: "select format('grant usage, create on schema %I to %I', \(name), current_user) as line",
                connection
            )
        }
    }

    /// All lines in the order of their numbers; none if there is no book.
    nonisolated(nonsending) func entries(_ connection: Connection) async throws -> [MigrationStatus.Entry] {
        guard try await hasTable(connection) else { return [] }
        let rows = try await connection.query(
            "select version, name, checksum, applied_at from \(table) order by version",
            name: "migration book"
        )
        return try rows.map { row in
            MigrationStatus.Entry(
                version: try row.decode(Int.self, "version"),
                name: try row.decode(String.self, "name"),
                checksum: try row.decode(String.self, "checksum"),
                appliedAt: try row.decode(Double.self, "applied_at")
            )
        }
    }

    /// Writes a line.
    nonisolated(nonsending) func enter(
        _ migration: Migration,
        _ checksum: String,
        _ connection: Connection
    ) async throws {
        try await connection.query(
            """
            insert into \(table) (version, name, checksum)
            values (\(Int32(migration.version)), \(migration.name), \(checksum))
            """,
            name: "migration book"
        )
    }

    /// Asks the catalog itself: `to_regclass` fails for a schema one may not look into.
    private nonisolated(nonsending) func hasTable(_ connection: Connection) async throws -> Bool {
        try await exists(
            """
            select from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = \(schema.name) and c.relname = \(table.name.name)
            """,
            connection
        )
    }

    private nonisolated(nonsending) func exists(_ rows: SQL, _ connection: Connection) async throws -> Bool {
        let answer = try await connection.query("select exists (\(rows)) as found", name: "migration book")
        return try answer[0].decode(Bool.self, "found")
    }

    private nonisolated(nonsending) func create(
        _ statements: SQL,
        what: String,
        grant: SQL,
        _ connection: Connection
    ) async throws {
        do {
            // A script is one transaction: no table without its comments.
            try await connection.script(statements.inlined(), name: "migration book")
        } catch let error as PostgresError where error.sqlState == "42501" {
            let rows = try await connection.query(grant, name: "migration privilege")
            throw MigrationError.missingPrivilege(what: what, grant: try rows[0].decode(String.self, "line"))
        }
    }
}
