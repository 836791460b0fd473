import Autodiff
import Networks
import SQLText

extension Lowering {
    /// Predictions beside what they should have been, for the rows of a source with features and label.
    ///
    /// Result, in no order: `actual float8`, the label as it is; `predicted float8`, the index of the most probable class
    /// or the value; for classification `probabilities float8[]`, one per class. The only holes are the parameters.
    /// - Parameter kept: columns of the source that are passed on as they are, by plain names.
    public func scoring(
        _ source: RowSource,
        keeping kept: [String] = []
    ) throws(StatementLimitError) -> LoweredStatement {
        let perRow = step.perRow
        let values = scalars[perRow.prediction]
        let predicted = perRow.predictedClass.map { scalars[$0] } ?? values
        let isClassification = perRow.predictedClass != nil
        var planner = LevelPlanner(graph: graph, source: source.relation, references: inputs(), names: names)
        planner.share(for: isClassification ? values + predicted : values, levelCost: Self.aggregateLevelCost)
        planner.append(
            .project,
            kept.map { .init(name: $0, value: .column($0)) }
                + [
                    .init(name: "actual", value: .column("y")), .init(name: "predicted", value: .node(predicted[0])),
                ]
                + (isClassification ? [.init(name: "probabilities", value: .array(values))] : [])
        )
        return try finish(planner.query, shape: .step, parallelSafe: true)
    }
}
