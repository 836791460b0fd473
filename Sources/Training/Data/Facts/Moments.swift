import Postgres
import SQLText

/// What a column of numbers comes to.
struct Moments: Sendable, Hashable {
    /// Values that are not NULL.
    let count: Int
    let minimum: Double
    let maximum: Double
    /// The mean, which rounding must not move off the only value a column has.
    let mean: Double
    /// Over all values, not n − 1 of them; 0 of a column with one value only, and not what rounding leaves of it.
    let variance: Double

    var magnitude: Double { max(abs(minimum), abs(maximum)) }
    var isFinite: Bool { minimum.isFinite && maximum.isFinite }
    var isConstant: Bool { minimum == maximum }
}

/// Measures any number of columns in one pass.
struct MomentsQuery {
    /// Expressions of type float8.
    let values: [SQL]
    /// Whether mean and variance are wanted.
    let hasMoments: Bool
    /// Whether the order of the rows must not show in the last bits: sums are taken in the order of the values then.
    let isOrdered: Bool

    /// The columns `present`, `minima`, `maxima`, `means` and `variances`.
    var columns: SQL {
        func array(_ name: String, _ type: SQLType, _ value: (SQL) -> SQL) -> SQL {
            "ARRAY[\(values.map(value).commaSeparated)]::\(unsafeRaw: type.rawValue) AS \(unsafeRaw: name)"
        }
        var columns = [
            array("present", .int8Array) { "count(\($0))" },
            array("minima", .float8Array) { "coalesce(min(\($0)), 0)" },
            array("maxima", .float8Array) { "coalesce(max(\($0)), 0)" },
        ]
        if hasMoments {
            let order = isOrdered
            // The server keeps one sum for both.
            columns.append(array("means", .float8Array) { "coalesce(avg(\(order ? "\($0) ORDER BY \($0)" : $0)), 0)" })
            columns.append(
                array("variances", .float8Array) { "coalesce(var_pop(\(order ? "\($0) ORDER BY \($0)" : $0)), 0)" }
            )
        }
        return columns.commaSeparated
    }

    func read(_ row: Row) throws -> [Moments] {
        let present: [Int] = try row.get("present")
        let (minima, maxima): ([Double], [Double]) = (try row.get("minima"), try row.get("maxima"))
        let zeros = values.map { _ in 0.0 }
        let means = hasMoments ? try row.decode([Double].self, "means") : zeros
        let variances = hasMoments ? try row.decode([Double].self, "variances") : zeros
        return values.indices.map { index in
            let isConstant = minima[index] == maxima[index]
            return Moments(
                count: present[index],
                minimum: minima[index],
                maximum: maxima[index],
                mean: isConstant ? minima[index] : means[index],
                variance: isConstant ? 0 : variances[index]
            )
        }
    }
}
