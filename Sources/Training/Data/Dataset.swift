import Postgres
import SQLText

/// Rows to learn from, with the roles of their columns decided: what can be known without reading a row.
struct Dataset: Sendable {
    /// What stands after FROM.
    let relation: SQL
    /// The name people know it by.
    let title: String
    let features: [Feature]
    let label: Label
    let task: TaskKind
    /// The column that says what a row counts in the loss.
    let weightColumn: String?
    let nulls: NullPolicy
    let holdout: Holdout
    /// What was decided without being asked for, in sentences.
    let notices: [String]

    struct Label: Sendable, Hashable {
        let name: String
        let kind: ColumnKind
    }

    /// Whether the number of inputs depends on the rows.
    var hasCategories: Bool { features.contains { $0.isCategorical || $0.isArray } }

    /// Inputs of the network, as far as is known before a row is read.
    var leastInputs: Int { features.count }

    var featureNames: [String] { features.map(\.name) }

    /// Decides the roles of the columns from the catalog.
    /// - Throws: `TrainingError` naming the table or the column at fault.
    static func resolve(_ request: TrainingRequest, on connection: Connection) async throws -> Dataset {
        let columns: SourceColumns
        switch request.source {
        case .example(let kind, let rows): columns = .example(kind, rows: rows, seed: request.seed)
        case .table(let name, let conditions):
            columns = try .table(try await SourceTable.find(name, on: connection), where: conditions)
        }
        var roles = ColumnRoles(request, columns)
        return try roles.dataset()
    }

    /// The same rows with the features that a run was prepared with, for reading its source again.
    /// - Throws: `TrainingError` if a column is gone or of another kind than it was.
    func reading(_ encodings: [FeatureEncoding], of run: Int) throws(TrainingError) -> Dataset {
        for before in encodings.map(\.feature) {
            guard let now = features.first(where: { $0.name == before.name }) else { continue }
            guard !before.reads(now.kind) else { continue }
            throw TrainingError(
                .unsupportedColumn,
                "the column \"\(now.name)\" of \(title) has type \(now.kind.rawValue), and run \(run) learned from it "
                    + "as \(before.isCategorical ? "categories" : before.kind.rawValue)",
                field: "features",
                hint: "cast it in a view"
            )
        }
        return reading(encodings)
    }

    /// The same rows with other features.
    func reading(_ encodings: [FeatureEncoding]) -> Dataset {
        Dataset(
            relation: relation,
            title: title,
            features: encodings.map(\.feature),
            label: label,
            task: task,
            weightColumn: weightColumn,
            nulls: nulls,
            holdout: holdout,
            notices: []
        )
    }
}

/// Where columns are looked for.
struct SourceColumns: Sendable {
    let relation: SQL
    let title: String
    /// As an error message calls it.
    let noun: String
    let columns: [SourceTable.Column]
    /// Nil for what is no table.
    var name: QualifiedName?

    /// - Throws: `TrainingError` for a condition on a column that there is not.
    static func table(_ table: SourceTable, where conditions: [Condition] = []) throws -> SourceColumns {
        let wanted = try conditions.map { condition in
            try condition.sql(type: table.column(condition.column, field: "source.where.\(condition.column)").type)
        }
        let rows: SQL =
            wanted.isEmpty
            ? "\(table.name)" : "(SELECT * FROM \(table.name) WHERE \(wanted.joined(by: " AND "))) AS source"
        return SourceColumns(
            relation: rows,
            title: "\(table.name)",
            noun: "\(table.name)",
            columns: table.columns,
            name: table.name
        )
    }

    static func example(_ kind: ExampleData.Kind, rows: Int, seed: Int) -> SourceColumns {
        SourceColumns(
            relation: ExampleData.relation(kind, rows: rows, seed: seed),
            title: "example \(kind.rawValue)",
            noun: "the example \(kind.rawValue)",
            columns: ExampleData.features.map { .init(name: $0, kind: .real, type: "float8") }
                + [.init(name: ExampleData.label, kind: .integer, type: "integer")]
        )
    }

    /// A column by name.
    func column(_ name: String, field: String) throws(TrainingError) -> SourceTable.Column {
        try columns.named(name, of: noun, field: field)
    }
}
