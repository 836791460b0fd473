import JSONTree

/// Where the rows come from.
public enum DataSource: Sendable, Hashable {
    /// A table or view, by the name PostgreSQL would find it under: `iris`, `public.iris`, `"Odd Name"`.
    /// Only rows of which all conditions hold.
    case table(String, where: [Condition] = [])
    /// Rows made by hashing their number and the seed.
    case example(ExampleData.Kind, rows: Int)

    /// Reads the `source` of a request; nil is the article's example.
    init(_ value: JSON?) throws(TrainingError) {
        guard let value else {
            self = .example(.article, rows: ExampleData.Kind.article.defaultRows)
            return
        }
        guard value.objectValue != nil else {
            throw TrainingError(
                .invalidOption,
                "source is \(value.kind); it must be an object",
                field: "source",
                hint: "{\"table\": \"schema.table\"} or {\"example\": \"article\"}"
            )
        }
        var options = try OptionReader(value, in: "source")
        let conditions = try Condition.all(options.value("where"), in: "source.where")
        let table = try options.string("table")
        let example = try options.choice("example", ExampleData.Kind.self)
        let rows = try options.integer("rows", 1...100_000_000)
        try options.finish()
        switch (table, example) {
        case (let table?, nil):
            guard rows == nil else {
                throw TrainingError(.irrelevantOption, "rows means nothing to a table", field: "source.rows")
            }
            self = .table(table, where: conditions)
        case (nil, let example):
            guard conditions.isEmpty else {
                throw TrainingError(.irrelevantOption, "where means nothing to an example", field: "source.where")
            }
            let kind = example ?? .article
            self = .example(kind, rows: rows ?? kind.defaultRows)
        case (.some, .some):
            throw TrainingError(.invalidOption, "source names a table and an example; give one", field: "source")
        }
    }

    var json: JSON {
        switch self {
        case .table(let name, let conditions):
            conditions.isEmpty
                ? ["table": .string(name)] : ["table": .string(name), "where": Condition.json(conditions)]
        case .example(let kind, let rows): ["example": .string(kind.rawValue), "rows": .integer(rows)]
        }
    }
}
