import Postgres
import SQLText

/// The categories of a feature.
struct CategoryCounts: Sendable, Hashable {
    /// The most frequent, most frequent first; of equals the one that is first by its characters.
    let names: [String]
    /// How many there are.
    let distinct: Int
    /// Rows of those that are not among `names`.
    let others: Int

    static func gather(
        _ feature: Feature,
        _ column: Identifier,
        of relation: SQL,
        on connection: Connection
    ) async throws -> CategoryCounts {
        let found = try await connection.query(
            """
            SELECT category, rows, (count(*) OVER ()) AS categories, (sum(rows) OVER ())::int8 AS total
            FROM (SELECT \(column) AS category, count(*) AS rows FROM \(relation)
                  WHERE \(column) IS NOT NULL GROUP BY \(column)) AS counted
            ORDER BY rows DESC, category LIMIT \(literal: feature.maximumCategories)
            """,
            name: "categories"
        )
        guard let first = found.first else { return CategoryCounts(names: [], distinct: 0, others: 0) }
        let kept = try found.decode(Int.self, "rows").reduce(0, +)
        return CategoryCounts(
            names: try found.decode(String.self, "category"),
            distinct: try first.get("categories"),
            others: try first.decode(Int.self, "total") - kept
        )
    }
}
