import SQLText

/// The place of a text in a list, as a float8 counted from 0.
enum Place {
    /// So many are compared one after the other; more are halved first.
    private static let maximumComparisons = 4

    /// - Parameters:
    ///   - value: text, of collation C.
    ///   - other: of a text that is not in the list, and of NULL; nil for NULL.
    static func sql(of value: SQL, among names: [String], else other: Double?) -> SQL {
        // By their bytes, as collation C has them.
        let sorted = names.enumerated().sorted { $0.element.utf8.lexicographicallyPrecedes($1.element.utf8) }
        return search(value, in: sorted[...], else: other.map { "\(literal: $0)" } ?? "NULL")
    }

    /// The same for whole numbers, which are compared as such; nil if they are none.
    static func sql(of value: SQL, amongNumbers names: [String]) -> SQL? {
        guard names.count <= 64, names.allSatisfy({ Int($0) != nil }) else { return nil }
        let cases = names.enumerated().map { "WHEN \(unsafeRaw: $1) THEN \(literal: Double($0))" as SQL }
        return "CASE \(value) \(cases.joined(by: " ")) END"
    }

    /// A search by halves: of fifty categories six are compared. An array would be searched from its first element on, and
    /// each of them unpacked.
    private static func search(
        _ value: SQL,
        in names: ArraySlice<(offset: Int, element: String)>,
        else other: SQL
    ) -> SQL {
        guard names.count > maximumComparisons else {
            let cases = names.map { "WHEN \(literal: $0.element) THEN \(literal: Double($0.offset))" as SQL }
            return cases.isEmpty ? other : "CASE \(value) \(cases.joined(by: " ")) ELSE \(other) END"
        }
        let middle = names.startIndex + names.count / 2
        let (below, above) = (names[..<middle], names[middle...])
        return """
            CASE WHEN \(value) < \(literal: names[middle].element) THEN \(search(value, in: below, else: other)) \
            ELSE \(search(value, in: above, else: other)) END
            """
    }
}
