import Postgres
import SQLText

/// What a column of numbers comes to.
struct Moments: Sendable {
    /// Rows that were looked at; values that are not NULL are no more.
    let rows: Int
    /// The mean, which rounding must not move off the only value a column has.
    private(set) var mean: Double
    /// Over all values, not n − 1 of them; 0 of a column with one value only, and not what rounding leaves of it.
    private(set) var variance: Double
    /// Smallest and largest, where the moments leave something open.
    private(set) var range: (minimum: Double, maximum: Double)?

    /// Whether the range has to be known: the column may be constant, not finite, or too large.
    var isOpen: Bool {
        let bound = abs(mean) + (variance * Double(rows)).squareRoot()
        return !bound.isFinite || bound > DatasetFacts.maximumMagnitude / 10 || variance <= 1e-18 * mean * mean
    }

    var isConstant: Bool { range.map { $0.minimum == $0.maximum } ?? false }
    var isFinite: Bool { range.map { $0.minimum.isFinite && $0.maximum.isFinite } ?? true }
    var magnitude: Double { range.map { max(abs($0.minimum), abs($0.maximum)) } ?? 0 }

    init(rows: Int, mean: Double, variance: Double) {
        self.rows = rows
        self.mean = mean
        self.variance = variance
    }

    mutating func settle(_ minimum: Double, _ maximum: Double) {
        range = (minimum, maximum)
        if isConstant { (mean, variance) = (minimum, 0) }
    }
}

/// Measures any number of columns in one pass. Smallest and largest values cost as much again and seldom tell more, so they
/// are a second question, about few of them.
struct MomentsQuery {
    /// Expressions of type float8.
    let values: [SQL]
    /// Whether the order of the rows must not show in the last bits: sums are taken in the order of the values then.
    let isOrdered: Bool

    /// The columns `rows`, `means` and `variances`.
    var columns: SQL {
        // The server keeps one sum for both.
        let arguments = values.map { isOrdered ? "\($0) ORDER BY \($0)" : $0 }
        return """
            count(*) AS rows,
            \(array(.float8Array, arguments.map { "coalesce(avg(\($0)), 0)" })) AS means,
            \(array(.float8Array, arguments.map { "coalesce(var_pop(\($0)), 0)" })) AS variances
            """
    }

    func read(_ row: Row) throws -> [Moments] {
        let rows: Int = try row.get("rows")
        let (means, variances): ([Double], [Double]) = (try row.get("means"), try row.get("variances"))
        return values.indices.map { Moments(rows: rows, mean: means[$0], variance: variances[$0]) }
    }

    /// Asks for the ranges that are needed.
    func settle(
        _ moments: inout [Moments],
        in relation: SQL,
        where isWanted: (Int, Moments) -> Bool,
        on connection: Connection
    ) async throws {
        let places = moments.indices.filter { isWanted($0, moments[$0]) }
        guard !places.isEmpty else { return }
        let wanted = places.map { values[$0] }
        let found = try await connection.query(
            """
            SELECT \(array(.float8Array, wanted.map { "coalesce(min(\($0)), 0)" })) AS minima,
                   \(array(.float8Array, wanted.map { "coalesce(max(\($0)), 0)" })) AS maxima FROM \(relation)
            """,
            name: "ranges"
        )
        let (minima, maxima): ([Double], [Double]) = (try found[0].get("minima"), try found[0].get("maxima"))
        for (index, place) in places.enumerated() { moments[place].settle(minima[index], maxima[index]) }
    }

    private func array(_ type: SQLType, _ elements: [SQL]) -> SQL {
        "ARRAY[\(elements.commaSeparated)]::\(unsafeRaw: type.rawValue)"
    }
}
