import Autodiff
import Networks
import SQLText

extension Lowering {
    /// Predictions for the rows of a source, which needs a column `id` beside the features and no label.
    ///
    /// Result: `id`, `prediction float8[]` (one probability per class, or the value) and, for classification,
    /// `class float8`, the index of the most probable class. The only holes are the parameters.
    public func prediction(_ source: RowSource) throws(StatementLimitError) -> LoweredStatement {
        let perRow = step.perRow
        let values = scalars[perRow.prediction]
        let classes = perRow.predictedClass.map { scalars[$0] } ?? []
        var planner = LevelPlanner(graph: graph, source: source.relation, references: inputs(), names: names)
        planner.share(for: values + classes, levelCost: Self.aggregateLevelCost)
        planner.append(
            .project,
            [.init(name: "id", value: .column("id")), .init(name: "prediction", value: .array(values))]
                + classes.map { .init(name: "class", value: .node($0)) }
        )
        return try finish(
            planner.query,
            shape: .step,
            tail: " ORDER BY id",
            parallelSafe: true
        )
    }
}
