/// Decides what each column of a source is to training: what was asked for, and what the types suggest.
struct ColumnRoles {
    private let request: TrainingRequest
    private let source: SourceColumns
    private var notices: [String] = []

    init(_ request: TrainingRequest, _ source: SourceColumns) {
        self.request = request
        self.source = source
    }

    /// - Throws: `TrainingError` naming the column at fault.
    mutating func dataset() throws(TrainingError) -> Dataset {
        let label = try source.column(request.label, field: "label")
        let task = try task(label)
        for name in request.columns.keys.sorted() {
            let field = "columns.\(name)"
            _ = try source.column(name, field: field)
            guard name != label.name else {
                throw TrainingError(
                    .irrelevantOption,
                    "\"\(name)\" is the label, which columns says nothing about",
                    field: field,
                    hint: "task says what it is taken for"
                )
            }
        }
        let weight = try numberColumn(request.weightColumn, "weight_column")
        let holdout = try holdout()
        let features = try features(beside: [label.name, weight, holdout.column].compactMap { $0 })
        guard !features.isEmpty else {
            throw TrainingError(
                .missingOption,
                "\(source.noun) has no column to learn from beside the label",
                field: "features",
                hint: notices.isEmpty ? nil : notices.joined(separator: "; ")
            )
        }
        return Dataset(
            relation: source.relation,
            title: source.title,
            features: features,
            label: .init(name: label.name, kind: label.kind),
            task: task,
            weightColumn: weight,
            nulls: request.nulls,
            holdout: holdout,
            notices: notices
        )
    }

    private mutating func features(beside taken: [String]) throws(TrainingError) -> [Feature] {
        guard let names = request.features else { return try guessed(beside: taken) }
        var features: [Feature] = []
        for name in names {
            let column = try source.column(name, field: "features")
            if taken.contains(name) {
                throw TrainingError(
                    .invalidOption,
                    "\"\(name)\" is named in features and has another part as well",
                    field: "features",
                    hint: "leave it out of features"
                )
            }
            if request.columns[name]?.role == .ignore {
                throw TrainingError(
                    .invalidOption,
                    "\"\(name)\" is named in features and ignored by columns",
                    field: "columns.\(name)",
                    hint: "leave it out of one of them"
                )
            }
            features.append(try feature(column, isGuessed: false))
        }
        return features
    }

    /// All columns that can be learned from, but for those that tell rows apart and nothing else.
    private mutating func guessed(beside taken: [String]) throws(TrainingError) -> [Feature] {
        var features: [Feature] = []
        for column in source.columns where !taken.contains(column.name) {
            let option = request.columns[column.name]
            if option?.role == .ignore { continue }
            if column.kind == .other, option == nil {
                notices.append("\"\(column.name)\" is left out: type \(column.type) is none to learn from")
                continue
            }
            if column.isKey, option == nil {
                notices.append(
                    "\"\(column.name)\" is left out: it is the primary key; name it in features to learn from it"
                )
                continue
            }
            features.append(try feature(column, isGuessed: option == nil))
        }
        return features
    }

    private func feature(_ column: SourceTable.Column, isGuessed: Bool) throws(TrainingError) -> Feature {
        let option = request.columns[column.name]
        let isCategorical: Bool
        switch (column.kind, option?.role) {
        case (.other, _):
            throw unsupported(
                column,
                "must be numbers, booleans, dates, times, text, enumerations or arrays of numbers"
            )
        case (.text, .numeric), (.enumeration, .numeric):
            throw unsupported(column, "can't be taken for numbers", field: "columns.\(column.name)")
        case (.real, .categorical), (.array, .categorical), (.date, .categorical), (.timestamp, .categorical),
            (.timestampWithZone, .categorical), (.time, .categorical), (.timeWithZone, .categorical),
            (.interval, .categorical):
            throw unsupported(
                column,
                "can't be taken for categories; those are text, enumerations, integers and booleans",
                field: "columns.\(column.name)"
            )
        case (.text, _), (.enumeration, _): isCategorical = true
        case (_, let role): isCategorical = role == .categorical
        }
        if let limit = option?.maximumCategories, !isCategorical {
            throw TrainingError(
                .irrelevantOption,
                "max_categories is \(limit) for \"\(column.name)\", which has type \(column.type) and is taken for numbers",
                field: "columns.\(column.name).max_categories",
                hint: "add \"type\": \"categorical\""
            )
        }
        return Feature(
            name: column.name,
            kind: column.kind,
            isCategorical: isCategorical,
            maximumCategories: option?.maximumCategories ?? Feature.defaultCategories,
            isGuessed: isGuessed
        )
    }

    private func unsupported(
        _ column: SourceTable.Column,
        _ what: String,
        field: String = "features"
    ) -> TrainingError {
        TrainingError(
            .unsupportedColumn,
            "the column \"\(column.name)\" of \(source.noun) has type \(column.type); features of that type \(what)",
            field: field,
            hint: "leave it out, or cast it in a view"
        )
    }

    private func numberColumn(_ name: String?, _ field: String) throws(TrainingError) -> String? {
        guard let name else { return nil }
        let column = try source.column(name, field: field)
        guard name != request.label else {
            throw TrainingError(.invalidOption, "\"\(name)\" is the label and \(field)", field: field)
        }
        guard column.kind == .integer || column.kind == .real else {
            throw TrainingError(
                .unsupportedColumn,
                "the column \"\(name)\" of \(source.noun) has type \(column.type), and weights must be numbers",
                field: field
            )
        }
        return name
    }

    private func holdout() throws(TrainingError) -> Holdout {
        guard let name = request.splitColumn else {
            return request.validationFraction.map { .share($0, seed: request.seed) } ?? .none
        }
        let column = try source.column(name, field: "split_column")
        guard name != request.label else {
            throw TrainingError(.invalidOption, "\"\(name)\" is the label and the split", field: "split_column")
        }
        switch column.kind {
        case .boolean, .text, .enumeration, .integer: return .column(name, column.kind)
        default:
            throw TrainingError(
                .unsupportedColumn,
                "the column \"\(name)\" of \(source.noun) has type \(column.type); a split is text, integer or boolean",
                field: "split_column",
                hint: Holdout.meaning
            )
        }
    }

    private func task(_ label: SourceTable.Column) throws(TrainingError) -> TaskKind {
        switch (label.kind, request.task) {
        case (.text, .regression), (.enumeration, .regression), (.boolean, .regression):
            throw TrainingError(
                .unsupportedColumn,
                "the label \"\(label.name)\" has type \(label.type), and regression needs a number",
                field: "label"
            )
        case (.real, .classification):
            throw TrainingError(
                .unsupportedColumn,
                "the label \"\(label.name)\" has type \(label.type), and classes must be text, integer or boolean",
                field: "label",
                hint: "cast it in a view, or ask for task regression"
            )
        case (.real, nil): return .regression
        case (.integer, let task), (.text, let task), (.enumeration, let task), (.boolean, let task),
            (.real, let task):
            return task ?? .classification
        default:
            throw TrainingError(
                .unsupportedColumn,
                "the label \"\(label.name)\" has type \(label.type); it must be text, integer, boolean or a number",
                field: "label"
            )
        }
    }
}
