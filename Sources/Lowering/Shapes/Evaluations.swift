import Autodiff
import Networks
import SQLText

extension Lowering {
    /// Loss, metric and row count of any number of parameter sets on the same rows: the forward part, once for each.
    ///
    /// Result: `epoch`, `loss`, `metric`, `rows`. It has no holes of its own.
    /// - Parameter parameters: a relation with `epoch` and `weights float8[]`.
    public func evaluations(_ source: RowSource, of parameters: SQL) throws(StatementLimitError) -> LoweredStatement {
        let isWide = step.layout.count > Self.maximumParameterColumns
        var references = dataColumns()
        let names = step.layout.names
        forEachParameter { id, index in
            references[id] = .outer(SQL(unsafeRaw: isWide ? "t.weights[\(index + 1)]" : "t.\(names[index])"))
        }
        let measures = [scalars[step.update.loss][0], scalars[step.update.metric][0]]
        let sums = self.sums(for: measures)
        var planner = LevelPlanner(graph: graph, source: source.relation, references: references, names: self.names)
        planner.share(for: sums.flatMap { graph[$0].operands }, levelCost: Self.aggregateLevelCost)
        planner.append(.aggregate, sums, packing: false)
        planner.share(for: measures, levelCost: Self.aggregateLevelCost, oneRow: true)
        planner.append(.project, measureColumns(measures))
        let (levels, size) = planner.query.lower(dialect)
        let columns: SQL =
            isWide
            ? "weights"
            : names.enumerated().map { "weights[\(literal: $0 + 1)] AS \(unsafeRaw: $1)" as SQL }.commaSeparated
        let fence = dialect.fence.suffix
        return try finish(
            """
            SELECT t.epoch, u.loss, u.metric, u.rows
            FROM (SELECT epoch, \(columns) FROM \(parameters)\(fence)) AS t
            CROSS JOIN LATERAL (
            \(levels)\(fence)) AS u
            """,
            size,
            shape: .step,
            iterations: nil,
            parallelSafe: false
        )
    }

    /// Columns are read faster than elements of an array, and a SELECT has room for 1,664.
    static let maximumParameterColumns = 1_000
}
