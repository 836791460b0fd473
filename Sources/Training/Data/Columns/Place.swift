import SQLText

/// The place of a text in a list, as a float8 counted from 0.
enum Place {
    /// A comparison with each is faster than a search in an array, as long as there are few.
    private static let maximumComparisons = 64

    /// - Parameters:
    ///   - value: text, of collation C.
    ///   - other: of a text that is not in the list, and of NULL; nil for NULL.
    static func sql(of value: SQL, among names: [String], else other: Double?) -> SQL {
        let rest: SQL = other.map { "\(literal: $0)" } ?? "NULL"
        guard names.count <= maximumComparisons else {
            let place: SQL = "(array_position(\(SQLValue.textArray(names)), \(value)) - 1)::float8"
            return other == nil ? place : "coalesce(\(place), \(rest))"
        }
        let cases = names.enumerated().map { "WHEN \(literal: $1) THEN \(literal: Double($0))" as SQL }
        return "CASE \(value) \(cases.joined(by: " ")) ELSE \(rest) END"
    }

    /// The same for whole numbers, which are compared as such.
    static func sql(of value: SQL, amongNumbers names: [String]) -> SQL? {
        guard names.count <= maximumComparisons, names.allSatisfy({ Int($0) != nil }) else { return nil }
        let cases = names.enumerated().map {
            "WHEN \(unsafeRaw: String(Int($1) ?? 0)) THEN \(literal: Double($0))" as SQL
        }
        return "CASE \(value) \(cases.joined(by: " ")) END"
    }
}
