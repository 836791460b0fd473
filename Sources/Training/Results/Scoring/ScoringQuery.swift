import SQLText

/// The rows of a table with what a network says about each: `SELECT t.*, prediction, …`.
///
/// The network stands in a lateral subquery beside the table and not in levels over it: a condition on the table reaches
/// the table, so that asking a view for one row costs one row. The price is that one process does all the work.
struct ScoringQuery {
    private let scoring: Scoring
    private let source: SourceColumns
    private let columns: [(name: Identifier, value: SQL)]

    /// - Parameter prefix: stands before the names of the columns that are added.
    /// - Throws: `TrainingError`: the rows lack a feature, have it in another kind, or have a column of an added name.
    init(_ scoring: Scoring, over source: SourceColumns, prefix: String = "") throws {
        self.scoring = scoring
        self.source = source
        try FeatureCheck(run: scoring.run.id, source: source).check(scoring.features)
        columns = try scoring.named(prefix)
        let taken = columns.map(\.name.name).filter { name in source.columns.contains { $0.name == name } }
        guard taken.isEmpty else {
            throw TrainingError(
                .conflict,
                "\(source.noun) has a column \(taken.map { "\"\($0)\"" }.joined(separator: ", ")) already, which is the "
                    + "name of a column of predictions",
                field: "prefix",
                hint: "give the predictions a prefix, as p_"
            )
        }
    }

    /// - Parameter condition: on the table `t`; nil for all rows.
    func sql(where condition: SQL? = nil) throws -> SQL {
        let added = columns.map { "\($0.value) AS \($0.name)" as SQL }
        let score = try scoring.subquery { "t.\(try Identifier($0.name))" }
        let restriction: SQL = condition.map { "\nWHERE \($0)" } ?? ""
        return """
            SELECT t.*, \(added.commaSeparated)
            FROM \(source.relation) AS t
            LEFT JOIN LATERAL \(score) AS score ON true\(restriction)
            """
    }
}

extension Scoring {
    /// The columns that people get, or why they can't have these names.
    func named(_ prefix: String) throws -> [(name: Identifier, value: SQL)] {
        do {
            return try columns(prefix: prefix)
        } catch let error as IdentifierError {
            throw TrainingError(.invalidOption, "prefix is \"\(prefix)\": \(error)", field: "prefix")
        }
    }
}
