import SQLText

/// A column to learn from: its values are read as a float8, as text that names a category, or as an array of float8.
struct Feature: Sendable, Hashable {
    let name: String
    let kind: ColumnKind
    /// Whether its values are names of categories.
    let isCategorical: Bool
    /// Categories beyond the most frequent so many share one input.
    let maximumCategories: Int
    /// Whether nobody named it: it was found in the table.
    let isGuessed: Bool

    /// How many categories get an input of their own if the request does not say.
    static let defaultCategories = 50

    init(
        name: String,
        kind: ColumnKind,
        isCategorical: Bool,
        maximumCategories: Int = defaultCategories,
        isGuessed: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.isCategorical = isCategorical
        self.maximumCategories = maximumCategories
        self.isGuessed = isGuessed
    }

    /// Whether its values are arrays.
    var isArray: Bool { kind == .array }

    /// Whether values of a column of another kind can be read in its place. One kind of number is as good as another,
    /// unless it names a category: 1 and 1.0 are different texts.
    func reads(_ other: ColumnKind) -> Bool {
        if kind == other { return true }
        let alike: Set<ColumnKind> = isCategorical ? [.text, .enumeration] : [.integer, .real]
        return alike.contains(kind) && alike.contains(other)
    }

    /// What a column of the source is read as. Dates are days since 1970, times seconds since 1970 or since midnight,
    /// intervals seconds (a month is 30 days).
    func value(of column: SQL) -> SQL {
        if isCategorical { return Self.text(column) }
        return switch kind {
        case .boolean: "\(column)::int4::float8"
        case .date: "(date_part('epoch', \(column)) / \(literal: 86_400.0))"
        case .timestamp, .timestampWithZone, .time, .timeWithZone, .interval: "date_part('epoch', \(column))"
        case .array: "\(column)::float8[]"
        case .integer, .real, .text, .enumeration, .other: "\(column)::float8"
        }
    }

    /// Whether a column of the source holds NULL, or an array with one in it.
    func isAbsent(_ column: SQL) -> SQL {
        isArray ? "(\(column) IS NULL OR array_position(\(column), NULL) IS NOT NULL)" : "\(column) IS NULL"
    }

    /// Text that is equal only if it is the same text: the collation of a column may call "a" and "A" equal.
    static func text(_ column: SQL) -> SQL { "\(column)::text COLLATE \"C\"" }

    /// The type that a value given as JSON is read as.
    var givenType: String {
        if isCategorical { return "text" }
        return switch kind {
        case .boolean: "boolean"
        case .date, .timestamp, .timestampWithZone, .time, .timeWithZone, .interval: kind.rawValue
        case .array: "float8[]"
        case .integer, .real, .text, .enumeration, .other: "float8"
        }
    }
}
