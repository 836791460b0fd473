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

    /// A feature and the column it is read from.
    typealias Column = (feature: Feature, name: Identifier)

    /// Counts the categories of features, in their order.
    ///
    /// Where values come in few combinations, one pass counts these, and the categories are counted from them.
    static func gather(
        _ columns: [Column],
        of relation: SQL,
        on connection: Connection
    ) async throws -> [CategoryCounts] {
        if columns.count > 1, try await areFew(columns, of: relation, on: connection) {
            return try await count(columns, among: combinations(columns, of: relation), on: connection)
        }
        var counts: [CategoryCounts] = []
        for column in columns {
            let categories: SQL = """
                SELECT 0 AS place, \(column.name) AS category, count(*) AS rows FROM \(relation)
                WHERE \(column.name) IS NOT NULL GROUP BY \(column.name)
                """
            counts += try await count([column], among: categories, on: connection)
        }
        return counts
    }

    /// Rows that are looked at first.
    private static let sample = 10_000

    /// Whether a few rows have far fewer combinations. If the rest of the table differs from them, counting takes longer.
    private static func areFew(
        _ columns: [Column],
        of relation: SQL,
        on connection: Connection
    ) async throws -> Bool {
        let names = columns.map { "\($0.name)" as SQL }.commaSeparated
        let found = try await connection.query(
            """
            SELECT count(*) >= 4 * count(DISTINCT (\(names))) AS few
            FROM (SELECT \(names) FROM \(relation) LIMIT \(literal: sample)) AS first
            """,
            name: "combinations"
        )
        return try found[0].get("few")
    }

    /// The categories of all columns, each with its place among them, from one pass.
    private static func combinations(_ columns: [Column], of relation: SQL) -> SQL {
        let names = columns.map { "\($0.name)" as SQL }.commaSeparated
        let places = columns.enumerated().map { "(\(literal: $0), \($1.name))" as SQL }.commaSeparated
        return """
            SELECT place, category, sum(n)::int8 AS rows
            FROM (SELECT \(names), count(*) AS n FROM \(relation) GROUP BY \(names)) AS combinations,
                 LATERAL (VALUES \(places)) AS columns (place, category)
            WHERE category IS NOT NULL GROUP BY place, category
            """
    }

    /// - Parameter categories: a query of `place`, `category` and `rows`.
    private static func count(
        _ columns: [Column],
        among categories: SQL,
        on connection: Connection
    ) async throws -> [CategoryCounts] {
        let limits = columns.map { Int64($0.feature.maximumCategories) }
        let found = try await connection.query(
            """
            SELECT place::int8, category, rows, categories, total
            FROM (SELECT *, count(*) OVER (PARTITION BY place) AS categories,
                         (sum(rows) OVER (PARTITION BY place))::int8 AS total,
                         row_number() OVER (PARTITION BY place ORDER BY rows DESC, category) AS rank
                  FROM (\(categories)) AS counted) AS ranked
            WHERE rank <= (\(SQLValue.int8Array(limits)))[place + 1] ORDER BY place, rank
            """,
            name: "categories"
        )
        let places = try found.decode(Int.self, "place")
        let rows = try found.decode(Int.self, "rows")
        let categories = try found.decode(String.self, "category")
        return try columns.indices.map { place in
            let indices = places.indices.filter { places[$0] == place }
            guard let first = indices.first else { return CategoryCounts(names: [], distinct: 0, others: 0) }
            return CategoryCounts(
                names: indices.map { categories[$0] },
                distinct: try found[first].get("categories"),
                others: try found[first].decode(Int.self, "total") - indices.reduce(0) { $0 + rows[$1] }
            )
        }
    }
}
