import Postgres
import SQLText

/// A table that can be learned from, as the catalog has it: nothing of it is read.
public struct ListedTable: Sendable, Hashable {
    public let schema: String
    public let name: String
    public let kind: Kind
    /// Both names as SQL writes them: what `source.table` of a request takes.
    public let table: String
    /// As many as the server believes there are; nil if it has never counted.
    public let rows: Int?
    public let columns: Int

    /// What it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case table, view
        case materializedView = "materialized_view"
        case partitionedTable = "partitioned_table"
        case foreignTable = "foreign_table"

        /// As `pg_class.relkind` has it.
        var letter: String {
            switch self {
            case .table: "r"
            case .view: "v"
            case .materializedView: "m"
            case .partitionedTable: "p"
            case .foreignTable: "f"
            }
        }
    }
}

/// Lists what the role may read. System schemas and pgradient's own are left out, and so are partitions: their rows are
/// those of the table that they are part of.
enum TableList {
    /// - Parameters:
    ///   - table: only those after this one, as `ListedTable.table` has it.
    ///   - text: only those whose name or schema has it somewhere, in small letters or capitals.
    static func tables(
        after table: String?,
        search text: String?,
        limit: Int,
        on connection: Connection
    ) async throws -> [ListedTable] {
        if let table { try await check(table, on: connection) }
        let start: SQL = table.map { "(n.nspname, c.relname) > (\(position($0)))" } ?? "true"
        let match: SQL = text.map { "position(lower(\($0)) IN lower(n.nspname || '.' || c.relname)) > 0" } ?? "true"
        let found = try await connection.query(
            """
            SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
                   format('%I.%I', n.nspname, c.relname) AS written,
                   CASE WHEN c.relkind <> 'v' AND c.reltuples >= 0 THEN c.reltuples::int8 END AS rows,
                   (SELECT count(*) FROM pg_attribute AS a
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind = ANY (\(SQLValue.textArray(ListedTable.Kind.allCases.map(\.letter)))::"char"[])
              AND NOT c.relispartition
              AND n.nspname !~ '^(pg_|information_schema$|pgradient$|pgradient_data$)'
              AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
              AND \(start) AND \(match)
            ORDER BY n.nspname, c.relname LIMIT \(literal: limit)
            """,
            name: "list tables"
        )
        return try found.compactMap { row in
            let letter: String = try row.get("kind")
            guard let kind = ListedTable.Kind.allCases.first(where: { $0.letter == letter }) else { return nil }
            return ListedTable(
                schema: try row.get("schema"),
                name: try row.get("name"),
                kind: kind,
                table: try row.get("written"),
                rows: try row.get("rows"),
                columns: try row.get("columns")
            )
        }
    }

    /// Schema and name, taken apart by the server.
    private static func position(_ table: String) -> SQL {
        "(parse_ident(\(table)))[1]::name, (parse_ident(\(table)))[2]::name"
    }

    /// A name that is none would pass where there is no row to compare it with.
    private static func check(_ table: String, on connection: Connection) async throws {
        do {
            let found = try await connection.query(
                "SELECT cardinality(parse_ident(\(table))) = 2 AS is_whole",
                name: "check cursor"
            )
            guard try found[0].get("is_whole") else { throw notWritten(table) }
        } catch let error as PostgresError where error.sqlState == "22023" {
            throw notWritten(table)
        }
    }

    private static func notWritten(_ table: String) -> TrainingError {
        TrainingError(
            .invalidOption,
            "after is \"\(table)\"; it must be the \"next\" of the page before",
            field: "after"
        )
    }
}

extension TrainingService {
    /// Tables that can be learned from, by schema and name, and the cursor of the next page.
    public func tables(
        after: String? = nil,
        search: String? = nil,
        limit: Int
    ) async throws -> (tables: [ListedTable], next: String?) {
        let found = try await pool.withConnection { connection in
            try await TableList.tables(after: after, search: search, limit: limit + 1, on: connection)
        }
        let page = Array(found.prefix(limit))
        return (page, found.count > limit ? page.last?.table : nil)
    }
}
