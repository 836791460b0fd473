import SQLText

/// Which rows are not trained on.
enum Holdout: Sendable, Hashable {
    case none
    /// The column that says so.
    case column(String, ColumnKind)
    /// A share of the rows for validation, of every class alike: the rows with the smallest hashes.
    case share(Double, seed: Int)

    /// The column, if there is one.
    var column: String? {
        if case .column(let name, _) = self { name } else { nil }
    }

    var isShare: Bool {
        if case .share = self { true } else { false }
    }

    static let meaning = """
        text: train, validation or test; integers: 0, 1 or 2 for the same; booleans: true for validation
        """

    /// The split of a row by the column: its name as text, NULL if it can't be told.
    static func split(by column: SQL, _ kind: ColumnKind) -> SQL {
        switch kind {
        case .boolean: "CASE WHEN \(column) THEN 'validation' WHEN NOT \(column) THEN 'train' END"
        case .integer: "CASE \(column) WHEN 0 THEN 'train' WHEN 1 THEN 'validation' WHEN 2 THEN 'test' END"
        default:
            """
            CASE lower(\(Feature.text(column))) WHEN 'train' THEN 'train' WHEN 'training' THEN 'train' \
            WHEN 'validation' THEN 'validation' WHEN 'valid' THEN 'validation' WHEN 'val' THEN 'validation' \
            WHEN 'test' THEN 'test' END
            """
        }
    }
}
