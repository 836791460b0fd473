import Postgres
import SQLText

/// Where scored rows go: a table that is made, or one that is replaced.
struct TargetTable: Sendable {
    let name: QualifiedName
    /// Under what name it is filled: its own, or another until it takes the place of the one that is there.
    let working: QualifiedName

    private var replaces: Bool { name != working }

    /// Finds the place of a name as a person writes it: `t`, `schema.t`, `"Odd Name"`.
    /// - Parameters:
    ///   - isReplacing: whether a table of this name may be there.
    ///   - source: the rows that are scored, which can't be replaced by what is made of them.
    /// - Throws: `TrainingError` saying why nothing can be made there.
    static func resolve(
        _ text: String,
        isReplacing: Bool,
        source: QualifiedName,
        on connection: Connection
    ) async throws -> TargetTable {
        let written = try await SQLName.parse(text, field: "into", on: connection)
        let schema = try await schema(of: written, on: connection)
        let name = QualifiedName(schema: schema, name: written.name)
        let found = try await connection.query(
            """
            SELECT c.relkind::text AS kind, pg_has_role(c.relowner, 'USAGE') AS owned, pg_backend_pid() AS pid
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = \(schema.name) AND c.relname = \(name.name.name)
            """,
            name: "find target"
        )
        guard let row = found.first else { return TargetTable(name: name, working: name) }
        guard isReplacing else {
            throw TrainingError(
                .conflict,
                "\(name) is there already",
                field: "into",
                hint: "choose another name, or replace it with --replace"
            )
        }
        guard name != source else {
            throw TrainingError(
                .invalidOption,
                "\(name) can't be replaced by its own rows with predictions",
                field: "into",
                hint: "choose another name"
            )
        }
        guard try row.decode(String.self, "kind") == "r" else {
            throw TrainingError(.conflict, "\(name) is no plain table; only those are replaced", field: "into")
        }
        guard try row.get("owned") else {
            throw TrainingError(
                .noPermission,
                "the database user does not own \(name) and can't replace it",
                field: "into",
                hint: "choose another name",
                sqlState: "42501"
            )
        }
        return TargetTable(
            name: name,
            working: QualifiedName(schema: schema, name: Identifier("pgradient_scored", try row.get("pid")))
        )
    }

    /// The schema, which must be there, be one of the user's, and take new tables.
    private static func schema(of name: QualifiedName, on connection: Connection) async throws -> Identifier {
        let wanted: SQL = name.schema.map { "\($0.name)" } ?? "current_schema()"
        let found = try await connection.query(
            """
            SELECT nspname AS name, has_schema_privilege(oid, 'CREATE') AS writable FROM pg_namespace
            WHERE nspname = \(wanted)
            """,
            name: "find schema"
        )
        guard let row = found.first else {
            throw TrainingError(
                .unknownTable,
                name.schema.map { "there is no schema \"\($0)\"" } ?? "no schema of the search_path is there",
                field: "into",
                hint: "write schema.table with a schema that is there"
            )
        }
        let schema = try Identifier(row.decode(String.self, "name"))
        guard !["pgradient", "pgradient_data", "information_schema", "pg_catalog", "pg_toast"].contains(schema.name)
        else {
            throw TrainingError(.invalidOption, "the schema \(schema) is not for tables of yours", field: "into")
        }
        guard try row.get("writable") else {
            throw TrainingError(
                .noPermission,
                "the database user may not make tables in the schema \(schema)",
                field: "into",
                hint:
                    "GRANT CREATE ON SCHEMA \(schema.quoted) TO the user of the database URL, or choose another schema",
                sqlState: "42501"
            )
        }
        return schema
    }

    /// Takes the place of the table that is there. Whoever reads that one is waited for here, and not while rows are
    /// scored.
    func settle(on connection: Connection) async throws {
        guard replaces else { return }
        do {
            try await connection.query("DROP TABLE \(name)", name: "replace")
        } catch let error as PostgresError where error.sqlState == "2BP01" {
            throw TrainingError(
                .conflict,
                "\(name) can't be replaced: \(error.message)",
                field: "into",
                hint: "drop what depends on it, or choose another name",
                sqlState: error.sqlState
            )
        }
        try await connection.query("ALTER TABLE \(working) RENAME TO \(name.name)", name: "rename")
    }
}
