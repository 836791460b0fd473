import Autodiff
import Networks
import SQLText

extension Lowering {
    /// One iteration as one aggregate statement: per-row levels, one row of sums, the update.
    ///
    /// The whole is a SELECT, so PostgreSQL may compute partial sums in parallel workers. With more sums than a target
    /// list holds they travel in one array, which PostgreSQL computes in a single process.
    public func step(_ source: RowSource) throws(StatementLimitError) -> LoweredStatement {
        let update = self.step.update
        let results = (update.parameters + update.state).flatMap { scalars[$0] }
        let measures = [scalars[update.loss][0], scalars[update.metric][0]]
        let sums = self.sums(for: results + measures)
        let packed = sums.count > dialect.maximumTargetList - Self.targetListReserve

        var planner = LevelPlanner(graph: graph, source: source.relation, references: inputs(), names: names)
        planner.share(for: sums.flatMap { graph[$0].operands }, levelCost: Self.aggregateLevelCost)
        planner.append(.aggregate, sums, packing: packed)
        planner.share(for: results + measures, levelCost: Self.aggregateLevelCost, oneRow: true)
        planner.append(.project, resultColumns(measures: measures))
        return try finish(
            planner.query,
            shape: .step,
            parallelSafe: !packed
        )
    }

    /// Loss, metric and row count of given weights: the forward part alone. `weights` and `state` are not among the
    /// results.
    public func evaluation(_ source: RowSource) throws(StatementLimitError) -> LoweredStatement {
        let measures = [scalars[step.update.loss][0], scalars[step.update.metric][0]]
        let sums = self.sums(for: measures)
        var planner = LevelPlanner(graph: graph, source: source.relation, references: inputs(), names: names)
        planner.share(for: sums.flatMap { graph[$0].operands }, levelCost: Self.aggregateLevelCost)
        planner.append(.aggregate, sums, packing: false)
        planner.share(for: measures, levelCost: Self.aggregateLevelCost, oneRow: true)
        planner.append(.project, measureColumns(measures))
        return try finish(planner.query, shape: .step, parallelSafe: true)
    }

    /// The sums over rows that nodes are computed from, the row count always among them.
    func sums(for nodes: [NodeID]) -> [NodeID] {
        let reached = graph.reachable(from: nodes).filter { graph[$0].op == .sumRows }
        return reached + [scalars[step.sums.rows][0]]
    }

    func resultColumns(measures: [NodeID]) -> [LevelQuery.Column] {
        let update = step.update
        return [
            .init(name: "weights", value: .array(update.parameters.flatMap { scalars[$0] })),
            .init(name: "state", value: .array(update.state.flatMap { scalars[$0] })),
        ] + measureColumns(measures)
    }

    func measureColumns(_ measures: [NodeID]) -> [LevelQuery.Column] {
        [
            .init(name: "loss", value: .node(measures[0])),
            .init(name: "metric", value: .node(measures[1])),
            .init(name: "rows", value: .node(scalars[step.sums.rows][0])),
        ]
    }

    /// What a level of plain subqueries costs per row: about 8 ms for 100,000 rows.
    static let aggregateLevelCost = 80.0
    /// Columns a level may carry beside its sums.
    static let targetListReserve = 64
}
