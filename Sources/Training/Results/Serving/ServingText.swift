import JSONTree
import Postgres
import SQLText

/// How a network can be used where there is no pgradient.
public enum ServingForm: String, Sendable, Hashable, CaseIterable {
    /// A SELECT over a table.
    case query
    /// The same as a view.
    case view
    /// A function of the features.
    case function
}

/// What to write, as a person says it.
public struct ServingOrder: Sendable {
    public let form: ServingForm
    /// Of the view or the function.
    public let name: String?
    /// Other rows than those of the run's source.
    public let table: String?
    /// Before the names of the columns of predictions.
    public let prefix: String

    public init(_ form: ServingForm, name: String? = nil, table: String? = nil, prefix: String = "") {
        (self.form, self.name, self.table, self.prefix) = (form, name, table, prefix)
    }
}

/// A network as SQL text that stands alone: weights, scaling and categories are written into it.
struct ServingText {
    private let run: Run
    private let parameters: Parameters
    private let order: ServingOrder
    private let scoring: Scoring

    /// More than an argument list can have.
    private static let maximumArguments = 100

    init(_ run: Run, _ parameters: Parameters, _ order: ServingOrder) throws {
        self.run = run
        self.parameters = parameters
        self.order = order
        scoring = try Scoring(run, parameters)
    }

    func text(on connection: Connection) async throws -> String {
        if order.form == .query, order.name != nil {
            throw TrainingError(
                .irrelevantOption,
                "a query has no name",
                field: "name",
                hint: "leave it out, or ask for a view or a function"
            )
        }
        let source = try await source(on: connection)
        // It checks the columns for all forms alike.
        let query = try ScoringQuery(scoring, over: source, prefix: order.prefix)
        let heading = ServingComment(scoring, epoch: parameters.epoch, prefix: order.prefix)
        switch order.form {
        case .query: return "\(heading.text)\(try query.sql().inlined());\n"
        case .view:
            let name = try await name(on: connection)
            return "\(heading.text)CREATE VIEW \(name.quoted) AS\n\(try query.sql().inlined());\n"
        case .function: return heading.text + (try function(await name(on: connection), source))
        }
    }

    private func name(on connection: Connection) async throws -> QualifiedName {
        guard let name = order.name else {
            return QualifiedName(schema: nil, name: Identifier("pgradient_run", run.id))
        }
        return try await SQLName.parse(name, field: "name", on: connection)
    }

    private func function(_ name: QualifiedName, _ source: SourceColumns) throws -> String {
        let features = scoring.features
        guard features.count <= Self.maximumArguments else {
            throw TrainingError(
                .tooLarge,
                "run \(run.id) has \(features.count) features, and a function has at most \(Self.maximumArguments) "
                    + "arguments",
                field: "as",
                hint: "ask for a view or a query"
            )
        }
        let columns = try scoring.named(order.prefix)
        let places = Dictionary(uniqueKeysWithValues: features.enumerated().map { ($1.name, $0 + 1) })
        let score = try scoring.subquery { "$\(literal: places[$0.name] ?? 0)" }
        let body: SQL = """
            SELECT \(columns.map(\.value).commaSeparated)
            FROM (VALUES (true)) AS one (row) LEFT JOIN LATERAL \(score) AS score ON true
            """
        let arguments = try features.map { feature in
            let type = try source.column(feature.name, field: "table").type
            return "\(try Identifier(feature.name).quoted) \(type)"
        }
        let results = zip(columns, [scoring.labelType, "float8", "float8[]"]).map { "\($0.name.quoted) \($1)" }
        let given = try features.map { "t.\(try Identifier($0.name).quoted)" }
        let usage =
            "SELECT t.*, p.* FROM \(source.name?.quoted ?? "t") AS t, LATERAL "
            + "\(name.quoted)(\(given.joined(separator: ", "))) AS p;"
        let text = body.inlined()
        let tag = DollarQuote.tag(for: text)
        return """
            -- \(ServingComment.oneLine(usage))
            CREATE FUNCTION \(name.quoted) (\(arguments.joined(separator: ", ")))
            RETURNS TABLE (\(results.joined(separator: ", ")))
            LANGUAGE sql STABLE PARALLEL SAFE
            AS \(tag)
            \(text)
            \(tag);

            """
    }

    /// The rows: those of a table that was named, or those the run learned from. Types come with their schemas, since
    /// nobody knows the search_path of those who run the text.
    private func source(on connection: Connection) async throws -> SourceColumns {
        let request = try TrainingRequest(run.spec)
        let named: SourceTable
        switch (order.table, request.source) {
        case (let table?, _): named = try await .find(table, field: "table", on: connection)
        case (nil, .table(let table, _)): named = try await .find(table, field: "table", on: connection)
        case (nil, .example(let kind, let rows)):
            let example = SourceColumns.example(kind, rows: rows, seed: request.seed)
            return SourceColumns(
                relation: "(SELECT * FROM \(example.relation))",
                title: example.title,
                noun: example.noun,
                columns: example.columns
            )
        }
        let qualified = try await connection.transaction { connection in
            try await connection.query("SET LOCAL search_path = ''", name: "no schemas")
            return try await SourceTable.find(named.name.quoted, field: "table", on: connection)
        }
        // Conditions were for training; what predicts is not limited to such rows.
        return try .table(qualified, where: [])
    }
}
