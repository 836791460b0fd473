import Postgres
import SQLText

/// The categories of a feature, or the classes of a label.
struct CategoryCounts: Sendable, Hashable {
    /// The most frequent, most frequent first; of equals the one that is first by its characters.
    let names: [String]
    /// Rows of each name.
    let counts: [Int]
    /// How many there are.
    let distinct: Int
    /// Rows of those that are not among `names`.
    let others: Int

    /// A column whose values are counted.
    struct Column: Sendable {
        /// What rows are grouped by: numbers are grouped faster than their text.
        let key: Identifier
        /// So many are named.
        let maximum: Int

        /// The value as text.
        var text: SQL { Feature.text("\(key)") }
    }

    /// Counts the categories of columns among the rows to train on, in their order.
    static func gather(
        _ columns: [Column],
        of rows: SourceRows,
        on connection: Connection
    ) async throws -> [CategoryCounts] {
        if columns.count > 1, let counts = try await together(columns, of: rows, on: connection) { return counts }
        var counts: [CategoryCounts] = []
        for column in columns {
            let categories: SQL = """
                SELECT 0 AS place, \(column.text) AS category, rows
                FROM (SELECT \(column.key), count(*) AS rows FROM \(try rows.relation(.train))
                      WHERE \(column.key) IS NOT NULL GROUP BY \(column.key)) AS counted
                """
            counts += try await count([column], among: categories, on: connection)
        }
        return counts
    }

    /// Counts the values of several columns in one pass, which counts their combinations.
    /// - Parameter label: a column whose values count as found, with 0 rows, also where all their rows are held out.
    /// - Returns: nil if the combinations are too many for that.
    static func together(
        _ columns: [Column],
        and label: Column? = nil,
        of rows: SourceRows,
        on connection: Connection
    ) async throws -> [CategoryCounts]? {
        let all = columns + (label.map { [$0] } ?? [])
        guard try await areFew(all, of: rows.relation(), on: connection) else { return nil }
        let keys = all.map { "\($0.key)" as SQL }.commaSeparated
        let places = all.enumerated().map { "(\(literal: $0), \($1.text))" as SQL }.commaSeparated
        let combinations: SQL = """
            SELECT place, category, sum(n)::int8 AS rows
            FROM (SELECT \(keys), count(*) FILTER (WHERE s = \(literal: Split.train.rawValue)) AS n
                  FROM \(try rows.relation()) GROUP BY \(keys)) AS combinations,
                 LATERAL (VALUES \(places)) AS columns (place, category)
            WHERE category IS NOT NULL AND (n > 0 OR place = \(literal: columns.count)) GROUP BY place, category
            """
        return try await count(all, among: combinations, on: connection)
    }

    /// Rows that are looked at first.
    private static let sample = 10_000

    /// Whether combinations come again and again. The share of rows whose combination came once is about the share of
    /// rows to come that have a new one (Good, The population frequencies of species, Biometrika 40, 1953). If the rest
    /// of the table differs from the first rows, counting takes longer.
    private static func areFew(
        _ columns: [Column],
        of relation: SQL,
        on connection: Connection
    ) async throws -> Bool {
        let keys = columns.map { "\($0.key)" as SQL }.commaSeparated
        let found = try await connection.query(
            """
            SELECT 10 * count(*) FILTER (WHERE rows = 1) <= sum(rows) AS few
            FROM (SELECT count(*) AS rows FROM (SELECT \(keys) FROM \(relation) LIMIT \(literal: sample)) AS first
                  GROUP BY \(keys)) AS combinations
            """,
            name: "combinations"
        )
        return try found[0].get("few")
    }

    /// - Parameter categories: a query of `place`, `category` and `rows`.
    private static func count(
        _ columns: [Column],
        among categories: SQL,
        on connection: Connection
    ) async throws -> [CategoryCounts] {
        let limits = columns.map { Int64($0.maximum) }
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
            guard let first = indices.first else {
                return CategoryCounts(names: [], counts: [], distinct: 0, others: 0)
            }
            let counts = indices.map { rows[$0] }
            return CategoryCounts(
                names: indices.map { categories[$0] },
                counts: counts,
                distinct: try found[first].get("categories"),
                others: try found[first].decode(Int.self, "total") - counts.reduce(0, +)
            )
        }
    }
}
