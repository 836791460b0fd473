/// What training would do with a column if nothing is said of it.
struct ColumnUse {
    let role: TableDescription.Role
    let words: String

    init(_ column: SourceTable.Column, _ found: ColumnLook.Found, rows: Int, isLabel: Bool) {
        let (role, words) =
            isLabel ? Self.label(column, found) : Self.feature(column, found, rows: rows)
        self.role = role
        var remarks = [words]
        if role != .leftOut, found.nulls > 0 {
            remarks.append(isLabel ? "rows without it need nulls skip or mean" : "its NULLs need nulls skip or mean")
        }
        if role != .leftOut, found.notFinite > 0 { remarks.append("\(found.notFinite) values are not finite") }
        self.words = remarks.joined(separator: "; ")
    }

    private static func label(
        _ column: SourceTable.Column,
        _ found: ColumnLook.Found
    ) -> (TableDescription.Role, String) {
        let classes = found.distinct ?? 0
        switch column.kind {
        case .real: return (.label, "label of a regression")
        case .integer where classes > ClassCounts.maximum:
            return (.label, "label of a regression if task says so; \(classes) classes are too many")
        case .integer: return (.label, "label of \(classes) classes; of a regression if task says so")
        case .text, .enumeration, .boolean:
            let many = classes > ClassCounts.maximum ? ", which are too many" : ""
            return (.label, "label of \(classes) classes\(many)")
        default: return (.leftOut, "none to predict: a label is text, integer, boolean or a number")
        }
    }

    private static func feature(
        _ column: SourceTable.Column,
        _ found: ColumnLook.Found,
        rows: Int
    ) -> (TableDescription.Role, String) {
        if column.kind == .other { return (.leftOut, "left out: type \(column.type) is none to learn from") }
        if column.isKey { return (.leftOut, "left out: the primary key") }
        let distinct = found.distinct ?? 0
        if distinct < 2, !(distinct == 1 && found.nulls > 0 && isCategorical(column)) {
            return (.leftOut, "left out: the same in every row")
        }
        switch column.kind {
        case .text, .enumeration: return category(distinct, rows: rows)
        case .array:
            guard let lengths = found.lengths, lengths.lowerBound == lengths.upperBound, lengths.lowerBound > 0 else {
                return (.leftOut, "refused: its arrays differ in length; ignore it in columns")
            }
            return (.array, "\(lengths.lowerBound) inputs, one per element")
        case .boolean: return (.number, "1 input: 0 or 1")
        case .date: return (.number, "1 input: days since 1970")
        case .timestamp, .timestampWithZone: return (.number, "1 input: seconds since 1970")
        case .time, .timeWithZone: return (.number, "1 input: seconds since midnight")
        case .interval: return (.number, "1 input: seconds")
        case .integer where distinct <= 20:
            return (.number, "1 input: a number; \(distinct) inputs if columns says categorical")
        case .integer, .real, .other: return (.number, "1 input: a number")
        }
    }

    private static func isCategorical(_ column: SourceTable.Column) -> Bool {
        column.kind == .text || column.kind == .enumeration
    }

    private static func category(_ distinct: Int, rows: Int) -> (TableDescription.Role, String) {
        let most = Feature.defaultCategories
        if distinct > most, 2 * distinct > rows {
            return (.leftOut, "left out: \(distinct) distinct values tell rows apart and little else")
        }
        if distinct > most {
            return (.category, "\(most + 1) inputs: the \(most) most frequent categories, and all others")
        }
        return (.category, "\(distinct) inputs, one per category")
    }
}
