import JSONTree
import Postgres
import SQLText

/// A table or view as the catalog describes it.
struct SourceTable: Sendable {
    let name: QualifiedName
    let columns: [Column]

    struct Column: Sendable {
        let name: String
        let kind: ColumnKind
        /// The type as `format_type` writes it.
        let type: String
        /// Whether it is the primary key all by itself.
        var isKey = false
    }

    /// Finds a table by the name a person wrote, as PostgreSQL would.
    /// - Throws: `TrainingError`: unknown with near names, not readable, or no kind of table that has rows.
    static func find(_ text: String, on connection: Connection) async throws -> SourceTable {
        let found: Rows
        do {
            found = try await connection.query(
                """
                SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
                       has_table_privilege(c.oid, 'SELECT') AS readable
                FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE c.oid = to_regclass(\(text))
                """,
                name: "find source"
            )
        } catch let error as PostgresError where error.sqlState == "42501" {
            throw TrainingError(
                .noPermission,
                "the database user may not look for \"\(text)\": \(error.message)",
                field: "source.table",
                hint: "GRANT USAGE ON the schema TO the user of the database URL",
                sqlState: error.sqlState
            )
        } catch let error as PostgresError where error.sqlState.hasPrefix("42") || error.sqlState == "0A000" {
            throw TrainingError(
                .unknownTable,
                "\"\(text)\" is not the name of a table: \(error.message)",
                field: "source.table",
                hint: "write schema.table, with odd names in double quotes",
                sqlState: error.sqlState
            )
        }
        guard let row = found.first else { throw try await unknown(text, on: connection) }
        let name = QualifiedName(
            schema: try Identifier(row.decode(String.self, "schema")),
            name: try Identifier(row.decode(String.self, "name"))
        )
        let kind = try row.decode(String.self, "kind")
        guard ["r", "v", "m", "f", "p"].contains(kind) else {
            throw TrainingError(.unknownTable, "\(name) is no table or view", field: "source.table")
        }
        guard try row.decode(Bool.self, "readable") else {
            throw TrainingError(
                .noPermission,
                "the database user may not read \(name)",
                field: "source.table",
                hint: "GRANT SELECT ON \(name.quoted) TO the user of the database URL",
                sqlState: "42501"
            )
        }
        return SourceTable(name: name, columns: try await columns(row.decode(Int.self, "oid"), on: connection))
    }

    /// The same for a table that was named elsewhere than in a request.
    static func find(_ text: String, field: String, on connection: Connection) async throws -> SourceTable {
        do {
            return try await find(text, on: connection)
        } catch let error as TrainingError {
            throw TrainingError(error.code, error.message, field: field, hint: error.hint, sqlState: error.sqlState)
        }
    }

    /// A column by name.
    func column(_ name: String, field: String) throws(TrainingError) -> Column {
        try columns.named(name, of: "\(self.name)", field: field)
    }

    private static func unknown(_ text: String, on connection: Connection) async throws -> TrainingError {
        let rows = try await connection.query(
            """
            SELECT n.nspname AS schema, c.relname AS name
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname !~ '^(pg_|information_schema$|pgradient)'
            LIMIT 10000
            """,
            name: "list tables"
        )
        let tables = try rows.map { try ($0.decode(String.self, "schema"), $0.decode(String.self, "name")) }
        let candidates = text.contains(".") ? tables.map { "\($0).\($1)" } : tables.map(\.1)
        return TrainingError(
            .unknownTable,
            "there is no table \"\(text)\" that this database user can see",
            field: "source.table",
            hint: Suggestions.hint(text, among: Set(candidates))
        )
    }

    private static func columns(_ oid: Int, on connection: Connection) async throws -> [Column] {
        let rows = try await connection.query(
            """
            SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
                   base.typname AS base, base.typtype::text AS class, element.typname AS element,
                   EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = a.attrelid AND i.indisprimary
                           AND i.indnatts = 1 AND i.indkey[0] = a.attnum) AS is_key
            FROM pg_attribute AS a
            CROSS JOIN LATERAL (
                -- A domain may be over a domain.
                WITH RECURSIVE chain AS (
                    SELECT t.* FROM pg_type AS t WHERE t.oid = a.atttypid
                    UNION ALL
                    SELECT t.* FROM chain JOIN pg_type AS t ON t.oid = chain.typbasetype WHERE chain.typtype = 'd')
                SELECT typname, typtype, typelem, typcategory FROM chain WHERE typtype <> 'd') AS base
            LEFT JOIN pg_type AS element ON element.oid = base.typelem AND base.typcategory = 'A' AND base.typname <> 'int2vector'
            WHERE a.attrelid = \(oid)::int8::oid AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """,
            name: "list columns"
        )
        return try rows.map { row in
            Column(
                name: try row.decode(String.self, "name"),
                kind: ColumnKind(
                    typeName: try row.decode(String.self, "base"),
                    isEnum: try row.decode(String.self, "class") == "e",
                    element: try row.decode(String?.self, "element")
                ),
                type: try row.decode(String.self, "type"),
                isKey: try row.decode(Bool.self, "is_key")
            )
        }
    }
}

extension [SourceTable.Column] {
    /// A column by name.
    /// - Parameter noun: whose columns these are.
    /// - Throws: `TrainingError` with near names.
    func named(_ name: String, of noun: String, field: String) throws(TrainingError) -> SourceTable.Column {
        if let column = first(where: { $0.name == name }) { return column }
        throw TrainingError(
            .unknownColumn,
            "\(noun) has no column \"\(name)\"",
            field: field,
            hint: Suggestions.hint(name, among: map(\.name)) ?? "its columns are \(map(\.name).joined(separator: ", "))"
        )
    }
}
