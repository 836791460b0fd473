import Postgres
import SQLText

/// The pages of a table, by which its rows can be read part by part.
///
/// A range of pages is one of the table and of all its partitions at the same time: the server reads each of them in
/// that range, and nothing need be known about how they differ.
struct PagePlan: Sendable {
    /// Pages of each relation that has rows of its own.
    private let pages: [Int]

    /// Pages of the largest of them.
    var count: Int { pages.max() ?? 0 }

    /// How much of all pages lies before one.
    func share(before page: Int) -> Double {
        let all = pages.reduce(0, +)
        return all == 0 ? 1 : Double(pages.reduce(0) { $0 + min($1, page) }) / Double(all)
    }

    /// - Returns: nil for what has no pages: views, foreign tables, and what has such a partition.
    static func of(_ table: QualifiedName, on connection: Connection) async throws -> PagePlan? {
        let found = try await connection.query(
            """
            WITH RECURSIVE tree AS (
                SELECT \(table.quoted)::text::regclass::oid AS oid
                UNION SELECT i.inhrelid FROM tree JOIN pg_inherits AS i ON i.inhparent = tree.oid)
            SELECT c.relkind::text AS kind, am.amname AS method,
                   coalesce(pg_relation_size(c.oid), 0) / current_setting('block_size')::int8 AS pages
            FROM tree JOIN pg_class AS c USING (oid) LEFT JOIN pg_am AS am ON am.oid = c.relam
            """,
            name: "count pages"
        )
        var pages: [Int] = []
        for row in found {
            let kind = try row.decode(String.self, "kind")
            if kind == "p" { continue }
            // Another way of storing rows may number them otherwise, or read ranges of them by reading everything.
            let method = try row.decode(String?.self, "method")
            guard ["r", "m"].contains(kind), method == "heap" else { return nil }
            pages.append(try row.get("pages"))
        }
        return PagePlan(pages: pages)
    }
}
