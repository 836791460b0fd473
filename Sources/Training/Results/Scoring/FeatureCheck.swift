/// Whether rows have what a network reads.
struct FeatureCheck {
    let run: Int
    let source: SourceColumns

    /// - Throws: `TrainingError` naming the first column that is missing or of another kind.
    func check(_ features: [Feature]) throws(TrainingError) {
        for feature in features {
            let column = try column(feature.name, among: features)
            guard feature.reads(column.kind) else {
                throw TrainingError(
                    .unsupportedColumn,
                    "the column \"\(column.name)\" of \(source.noun) has type \(column.type), and run \(run) learned "
                        + "from a column of kind \(feature.kind.rawValue)",
                    field: "table",
                    hint: "cast it in a view"
                )
            }
        }
    }

    private func column(_ name: String, among features: [Feature]) throws(TrainingError) -> SourceTable.Column {
        if let column = source.columns.first(where: { $0.name == name }) { return column }
        throw TrainingError(
            .unknownColumn,
            "\(source.noun) has no column \"\(name)\", which run \(run) learned from",
            field: "table",
            hint: Suggestions.hint(name, among: source.columns.map(\.name)).map { "\($0) Name it so in a view" }
                ?? "the run learned from \(features.map(\.name).joined(separator: ", "))"
        )
    }
}
