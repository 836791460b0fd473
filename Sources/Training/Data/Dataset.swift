import SQLText

import Postgres

/// Rows to learn from, with the roles of their columns decided: what can be known without reading a row.
struct Dataset: Sendable {
    /// What stands after FROM.
    let relation: SQL
    /// The name people know it by.
    let title: String
    let features: [String]
    let label: String
    let labelKind: ColumnKind
    let task: TaskKind

    /// The label as text, equal only if it is the same text: the collation of a column may call "a" and "A" equal.
    func labelText() throws -> SQL { "\(try Identifier(label))::text COLLATE \"C\"" }

    /// Decides features, label and task of a request from the catalog.
    /// - Throws: `TrainingError` naming the table or the column at fault.
    static func resolve(_ request: TrainingRequest, on connection: Connection) async throws -> Dataset {
        switch request.source {
        case .example(let kind, let rows):
            return try example(request, kind, rows)
        case .table(let name):
            return try table(request, await SourceTable.find(name, on: connection))
        }
    }

    private static func example(
        _ request: TrainingRequest,
        _ kind: ExampleData.Kind,
        _ rows: Int
    ) throws(TrainingError) -> Dataset {
        let columns = ExampleData.features + [ExampleData.label]
        for (name, field) in (request.features ?? []).map({ ($0, "features") }) + [(request.label, "label")]
        where !columns.contains(name) {
            throw TrainingError(
                .unknownColumn,
                "the example \(kind.rawValue) has no column \"\(name)\"",
                field: field,
                hint: "its columns are \(columns.joined(separator: ", "))"
            )
        }
        return Dataset(
            relation: ExampleData.relation(kind, rows: rows, seed: request.seed),
            title: "example \(kind.rawValue)",
            features: request.features ?? columns.filter { $0 != request.label },
            label: request.label,
            labelKind: request.label == ExampleData.label ? .integer : .real,
            task: try task(request, label: request.label == ExampleData.label ? .integer : .real, type: "float8")
        )
    }

    private static func table(_ request: TrainingRequest, _ table: SourceTable) throws(TrainingError) -> Dataset {
        let label = try table.column(request.label, field: "label")
        var features: [SourceTable.Column] = []
        for name in request.features ?? table.columns.map(\.name).filter({ $0 != request.label }) {
            let column = try table.column(name, field: "features")
            guard column.kind == .integer || column.kind == .real else {
                throw TrainingError(
                    .unsupportedColumn,
                    "the column \"\(name)\" of \(table.name) has type \(column.type), and features must be numbers",
                    field: "features",
                    hint: "name the columns to learn from in \"features\", or cast it in a view"
                )
            }
            features.append(column)
        }
        guard !features.isEmpty else {
            throw TrainingError(
                .missingOption,
                "\(table.name) has no column to learn from beside the label",
                field: "features"
            )
        }
        return Dataset(
            relation: "\(table.name)",
            title: "\(table.name)",
            features: features.map(\.name),
            label: label.name,
            labelKind: label.kind,
            task: try task(request, label: label.kind, type: label.type)
        )
    }

    private static func task(
        _ request: TrainingRequest,
        label kind: ColumnKind,
        type: String
    ) throws(TrainingError) -> TaskKind {
        switch (kind, request.task) {
        case (.other, _):
            throw TrainingError(
                .unsupportedColumn,
                "the label \"\(request.label)\" has type \(type); it must be text, integer, boolean or a number",
                field: "label"
            )
        case (.text, .regression), (.enumeration, .regression), (.boolean, .regression):
            throw TrainingError(
                .unsupportedColumn,
                "the label \"\(request.label)\" has type \(type), and regression needs a number",
                field: "label"
            )
        case (.real, .classification):
            throw TrainingError(
                .unsupportedColumn,
                "the label \"\(request.label)\" has type \(type), and classes must be text, integer or boolean",
                field: "label",
                hint: "cast it in a view, or ask for task regression"
            )
        case (_, let task?): return task
        case (.real, nil): return .regression
        case (_, nil): return .classification
        }
    }
}
