import JSONTree

/// What a request says of a column: the `columns` option.
public struct ColumnOption: Sendable, Hashable {
    /// What a column is to be taken for.
    public enum Role: String, Sendable, Hashable, CaseIterable {
        case numeric, categorical, ignore
    }

    /// Nil leaves it to the type.
    public let role: Role?
    /// How many categories get an input of their own.
    public let maximumCategories: Int?

    /// Reads `columns`.
    /// - Throws: `TrainingError`.
    static func all(_ value: JSON?) throws(TrainingError) -> [String: ColumnOption] {
        guard let value else { return [:] }
        guard let members = value.objectValue else {
            throw TrainingError(
                .invalidOption,
                "columns is \(value.kind); it must be an object",
                field: "columns",
                hint: "{\"plan\": {\"type\": \"categorical\"}, \"id\": {\"type\": \"ignore\"}}"
            )
        }
        var all: [String: ColumnOption] = [:]
        for (name, option) in members { all[name] = try ColumnOption(option, in: "columns.\(name)") }
        return all
    }

    private init(_ value: JSON, in field: String) throws(TrainingError) {
        guard value.objectValue != nil else {
            throw TrainingError(
                .invalidOption,
                "\(field) is \(value.kind); it must be an object",
                field: field,
                hint: "{\"type\": \"categorical\"}"
            )
        }
        var options = try OptionReader(value, in: field)
        role = try options.choice("type", Role.self)
        maximumCategories = try options.integer("max_categories", 1...1_000)
        try options.finish()
        if maximumCategories != nil, let role, role != .categorical {
            throw TrainingError(
                .irrelevantOption,
                "max_categories means nothing to a column that is \(role == .ignore ? "ignored" : "numeric")",
                field: "\(field).max_categories",
                hint: "leave it out, or choose type categorical"
            )
        }
    }

    var json: JSON {
        var json: JSON = [:]
        if let role { json.set("type", .string(role.rawValue)) }
        if let maximumCategories { json.set("max_categories", .integer(maximumCategories)) }
        return json
    }
}
