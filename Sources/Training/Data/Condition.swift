import JSONTree
import SQLText

/// What has to hold of a row for it to be read: a column compared with constants.
public struct Condition: Sendable, Hashable {
    /// How the column is compared.
    enum Comparison: String, Sendable, Hashable, CaseIterable {
        case equal = "="
        case unequal = "!="
        case below = "<"
        case atMost = "<="
        case above = ">"
        case atLeast = ">="
        case among = "in"
        case notAmong = "not_in"
        /// With % for any text and _ for any character.
        case like
        /// With true or false.
        case isNull = "is_null"
    }

    let column: String
    let comparison: Comparison
    /// One, or any number for `in` and `not_in`.
    let values: [JSON]

    /// Reads `where`: an object whose members all have to hold. A member is a column with a value that it equals, an array
    /// of values that it is among, or an object of comparisons.
    /// - Throws: `TrainingError`.
    static func all(_ value: JSON?, in field: String) throws(TrainingError) -> [Condition] {
        guard let value else { return [] }
        guard let members = value.objectValue else {
            throw TrainingError(
                .invalidOption,
                "\(field) is \(value.kind); it must be an object of columns",
                field: field,
                hint: "{\"age\": {\">=\": 18}, \"country\": [\"DE\", \"AT\"]}"
            )
        }
        var conditions: [Condition] = []
        for (column, wanted) in members {
            let place = "\(field).\(column)"
            switch wanted {
            case .null: conditions.append(Condition(column: column, comparison: .isNull, values: [true]))
            case .array(let values): conditions.append(try Condition(column, .among, .array(values), place))
            case .object(let comparisons):
                for (name, operand) in comparisons {
                    let comparison: Comparison = try OptionReader.choose(place, name)
                    conditions.append(try Condition(column, comparison, operand, place))
                }
            default: conditions.append(try Condition(column, .equal, wanted, place))
            }
        }
        // The same whatever order they are stored in.
        return conditions.sorted { ($0.column, $0.comparison.rawValue) < ($1.column, $1.comparison.rawValue) }
    }

    private init(column: String, comparison: Comparison, values: [JSON]) {
        self.column = column
        self.comparison = comparison
        self.values = values
    }

    private init(_ column: String, _ comparison: Comparison, _ operand: JSON, _ place: String) throws(TrainingError) {
        self.column = column
        self.comparison = comparison
        switch comparison {
        case .among, .notAmong:
            guard let values = operand.arrayValue, !values.isEmpty, values.count <= 1_000 else {
                throw TrainingError(
                    .invalidOption,
                    "\(place) needs an array of 1 to 1,000 values",
                    field: place
                )
            }
            self.values = values
        case .isNull:
            guard operand.boolValue != nil else {
                throw TrainingError(.invalidOption, "\(place) is_null must be true or false", field: place)
            }
            values = [operand]
        default: values = [operand]
        }
        for value in values where value.arrayValue != nil || value.objectValue != nil || value == .null {
            throw TrainingError(
                .invalidOption,
                "\(place) is compared with \(value.kind); it must be a string, a number or a boolean",
                field: place,
                hint: value == .null ? "use {\"is_null\": true}" : nil
            )
        }
        if values.contains(where: { $0.stringValue?.utf8.contains(0) ?? false }) {
            throw TrainingError(.invalidOption, "\(place) contains a NUL character", field: place)
        }
    }

    /// The condition as SQL; constants are of the column's type.
    func sql(type: String) throws -> SQL {
        let name = try Identifier(column)
        let constants = values.map { value -> SQL in
            "\(literal: value.stringValue ?? value.compact)::\(unsafeRaw: comparison == .like ? "text" : type)"
        }
        switch comparison {
        case .equal: return "\(name) = \(constants[0])"
        case .unequal: return "\(name) <> \(constants[0])"
        case .below: return "\(name) < \(constants[0])"
        case .atMost: return "\(name) <= \(constants[0])"
        case .above: return "\(name) > \(constants[0])"
        case .atLeast: return "\(name) >= \(constants[0])"
        case .among: return "\(name) IN (\(constants.commaSeparated))"
        case .notAmong: return "\(name) NOT IN (\(constants.commaSeparated))"
        case .like: return "\(name)::text LIKE \(constants[0])"
        case .isNull: return values[0].boolValue == true ? "\(name) IS NULL" : "\(name) IS NOT NULL"
        }
    }

    /// As a request has it.
    static func json(_ conditions: [Condition]) -> JSON {
        var json: JSON = [:]
        for condition in conditions {
            var comparisons = json[condition.column] ?? [:]
            let isList = condition.comparison == .among || condition.comparison == .notAmong
            comparisons.set(condition.comparison.rawValue, isList ? .array(condition.values) : condition.values[0])
            json.set(condition.column, comparisons)
        }
        return json
    }
}
