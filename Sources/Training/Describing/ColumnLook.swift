import Postgres
import SQLText

/// What is in a column, one question after the other, so that a wide table needs no statement as wide.
struct ColumnLook {
    let relation: SQL
    let column: SourceTable.Column

    /// What was found.
    struct Found {
        var nulls = 0
        var distinct: Int?
        var minimum: String?
        var maximum: String?
        var values: [(value: String, rows: Int)] = []
        /// Elements of the shortest and the longest array.
        var lengths: ClosedRange<Int>?
        /// NaNs and infinities.
        var notFinite = 0
    }

    /// So many of the most frequent values are shown.
    private static let shownValues = 5

    func look(on connection: Connection) async throws -> Found {
        let name = try Identifier(column.name)
        var found = Found()
        let row = try await connection.query(
            """
            SELECT count(*) - count(\(name)) AS nulls, \(range(name)) AS least, \(range(name, "max")) AS greatest,
                   \(lengths(name)) AS shortest, \(lengths(name, "max")) AS longest, \(notFinite(name)) AS not_finite
            FROM \(relation)
            """,
            name: "look at column"
        )[0]
        found.nulls = try row.get("nulls")
        found.minimum = try row.get("least")
        found.maximum = try row.get("greatest")
        if let shortest = try row.decode(Int?.self, "shortest"), let longest = try row.decode(Int?.self, "longest") {
            found.lengths = shortest...longest
        }
        found.notFinite = try row.get("not_finite")
        guard column.kind != .other else { return found }
        let values = try await connection.query(
            """
            SELECT value, rows, (count(*) OVER ()) AS distinct_values
            FROM (SELECT \(name)::text AS value, count(*) AS rows FROM \(relation)
                  WHERE \(name) IS NOT NULL GROUP BY \(name)) AS counted
            ORDER BY rows DESC, value LIMIT \(literal: Self.shownValues)
            """,
            name: "values of column"
        )
        found.distinct = try values.first.map { try $0.get("distinct_values") } ?? 0
        if let distinct = found.distinct, distinct <= Feature.defaultCategories || isCategorical {
            found.values = try values.map { (try $0.get("value"), try $0.get("rows")) }
        }
        return found
    }

    private var isCategorical: Bool { column.kind == .text || column.kind == .enumeration }

    private func range(_ name: Identifier, _ aggregate: SQL = "min") -> SQL {
        switch column.kind {
        case .integer, .real, .date, .timestamp, .timestampWithZone, .time, .timeWithZone, .interval:
            "\(aggregate)(\(name))::text"
        case .boolean, .text, .enumeration, .array, .other: "NULL::text"
        }
    }

    private func lengths(_ name: Identifier, _ aggregate: SQL = "min") -> SQL {
        column.kind == .array ? "\(aggregate)(cardinality(\(name)))::int8" : "NULL::int8"
    }

    private func notFinite(_ name: Identifier) -> SQL {
        switch column.kind {
        case .real: "count(*) FILTER (WHERE \(name)::text IN ('NaN', 'Infinity', '-Infinity'))"
        case .date, .timestamp, .timestampWithZone: "count(*) FILTER (WHERE NOT isfinite(\(name)))"
        default: "0::int8"
        }
    }
}
