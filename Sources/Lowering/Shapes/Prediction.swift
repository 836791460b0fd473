import Autodiff
import Networks
import SQLText

extension Lowering {
    /// Predictions for the rows of a source, which needs no label.
    ///
    /// Result: the carried columns, `prediction float8[]` (one probability per class, or the value) and, for
    /// classification, `class float8`, the index of the most probable class. The only holes are the parameters.
    /// - Parameters:
    ///   - carried: columns of the source that are handed through.
    ///   - order: a carried column that the rows are sorted by.
    public func prediction(
        _ source: RowSource,
        carrying carried: [String] = ["id"],
        orderedBy order: String? = "id"
    ) throws(StatementLimitError) -> LoweredStatement {
        let perRow = step.perRow
        let values = scalars[perRow.prediction]
        let classes = perRow.predictedClass.map { scalars[$0] } ?? []
        var planner = LevelPlanner(graph: graph, source: source.relation, references: inputs(), names: names)
        planner.share(for: values + classes, levelCost: Self.aggregateLevelCost)
        planner.append(
            .project,
            carried.map { .init(name: $0, value: .column($0)) }
                + [.init(name: "prediction", value: .array(values))]
                + classes.map { .init(name: "class", value: .node($0)) }
        )
        let tail: SQL = order.map { " ORDER BY \(unsafeRaw: $0)" } ?? ""
        return try finish(planner.query, shape: .step, tail: tail, parallelSafe: true)
    }
}
