import JSONTree
import Lowering
import Networks
import SQLText

/// What a network says about a row, as SQL that needs nothing but the row: weights, scaling and categories are in it.
///
/// `POST /predict`, `predict --into` and the text of `sql --as` all are this.
struct Scoring {
    let run: Run
    let encodings: [FeatureEncoding]
    /// Whether something stands in for what is missing.
    let fillsNulls: Bool
    private let facts: DatasetFacts
    private let network: TrainedNetwork

    init(_ run: Run, _ parameters: Parameters) throws {
        self.run = run
        facts = try DatasetFacts(of: run)
        encodings = facts.encodings
        fillsNulls = try TrainingRequest(run.spec).nulls == .mean
        network = try TrainedNetwork(run, parameters)
    }

    var features: [Feature] { encodings.map(\.feature) }

    /// A subquery of one row for each row it stands beside: `class` (its index, for classification) and `prediction` (the
    /// probabilities, or the value); of no row where a feature is missing and nothing stands in for it, or is no number
    /// that a network can take.
    /// - Parameter column: how a feature is reached from where the subquery stands.
    func subquery(_ column: (Feature) throws -> SQL) throws -> SQL {
        let values = try encodings.enumerated().map { index, encoding in
            "\(Self.value(of: try column(encoding.feature), encoding)) AS \(SourceRows.column(index))" as SQL
        }
        let inputs = Snapshot.features(encodings, fillsNulls: fillsNulls) { "\(SourceRows.column($0))" }
        // A comparison with NULL is neither true nor false, so what is missing must not come to the network; nor must NaN,
        // which is above every bound, and what would leave float8 and end the statement for all other rows.
        let present = facts.columns.indices.map {
            "abs(\(Identifier(feature: $0))) <= \(literal: DatasetFacts.maximumMagnitude)" as SQL
        }
        // The condition belongs to the level that reads the relation: one of its own would copy every row once more.
        let source = RowSource(
            relation: """
                (SELECT \(inputs.commaSeparated)
                  FROM (SELECT \(values.commaSeparated) OFFSET '0') AS given OFFSET '0') AS input
                WHERE \(present.joined(by: " AND "))
                """
        )
        let statement = try TrainingPlan.limited { () throws(StatementLimitError) in
            try network.lowering.prediction(source, carrying: [], orderedBy: nil)
        }
        let text = statement.sql.inlined { network[$0] }
        return "(\(unsafeRaw: text) OFFSET '0')"
    }

    /// An array of another length than those in training is nothing that a network can take.
    private static func value(of column: SQL, _ encoding: FeatureEncoding) -> SQL {
        let value = encoding.feature.value(of: column)
        guard case .array(let elements) = encoding.content else { return value }
        let nothing = SQLValue.float8Array(elements.map { _ in .nan })
        return "CASE WHEN cardinality(\(column)) <> \(literal: elements.count) THEN \(nothing) ELSE \(value) END"
    }

    /// The columns that people get, from the subquery known as `score`.
    func columns(prefix: String = "") throws -> [(name: Identifier, value: SQL)] {
        func named(_ name: String) throws -> Identifier { try Identifier(prefix + name) }
        guard let classes = run.classes else { return [(try named("prediction"), "score.prediction[1]")] }
        return [
            (try named("prediction"), "(\(Self.array(classes)))[score.class::int4 + 1]"),
            (try named("probability"), "score.prediction[score.class::int4 + 1]"),
            (try named("probabilities"), "score.prediction"),
        ]
    }

    /// The type of the predicted label.
    var labelType: String {
        guard let first = run.classes?.first else { return "float8" }
        if first.boolValue != nil { return "boolean" }
        return first.intValue != nil ? "int8" : "text"
    }

    private static func array(_ classes: [JSON]) -> SQL {
        if let numbers = classes.map(\.intValue) as? [Int] {
            return "\(SQLValue.int8Array(numbers.map(Int64.init)))"
        }
        if let flags = classes.map(\.boolValue) as? [Bool] {
            return "ARRAY[\(unsafeRaw: flags.map { $0 ? "true" : "false" }.joined(separator: ", "))]"
        }
        return "\(SQLValue.textArray(classes.map { $0.stringValue ?? $0.compact }))"
    }
}
