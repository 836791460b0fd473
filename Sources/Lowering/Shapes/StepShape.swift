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
        let number: [LevelQuery.Column] = source.isBatched ? [] : [.init(name: "iteration", value: .number(1))]
        let (query, packed) = aggregate(
            source.rows(ofBatch: .hole(HoleName.batch, .int8)),
            references: inputs(),
            results: number + [
                .init(name: "weights", value: .array(update.parameters.flatMap { scalars[$0] })),
                .init(name: "state", value: .array(update.state.flatMap { scalars[$0] })),
            ]
        )
        let (iteration, size) = query.lower(dialect)
        return try finish(
            source.isBatched ? addingUp(iteration, source) : iteration,
            size,
            shape: .step,
            iterations: 1,
            parallelSafe: !packed
        )
    }

    /// An iteration as levels: per-row ones, one row of sums, the update; the outermost has the given columns beside
    /// loss, metric and row count.
    /// - Returns: the query, and whether its sums travel in an array, which keeps them in one process.
    func aggregate(
        _ source: SQL,
        references: [NodeID: Reference],
        results: [LevelQuery.Column]
    ) -> (query: LevelQuery, isPacked: Bool) {
        let measures = [scalars[step.update.loss][0], scalars[step.update.metric][0]]
        let outputs = results.flatMap(\.nodes) + measures
        let sums = self.sums(for: outputs)
        let packed = sums.count > dialect.maximumTargetList - Self.targetListReserve
        var planner = LevelPlanner(graph: graph, source: source, references: references, names: names)
        planner.share(for: sums.flatMap { graph[$0].operands }, levelCost: Self.aggregateLevelCost)
        planner.append(.aggregate, sums, packing: packed)
        planner.share(for: outputs, levelCost: Self.aggregateLevelCost, oneRow: true)
        planner.append(.project, results + measureColumns(measures))
        return (planner.query, packed)
    }

    /// Adds the iteration of a batch to what its epoch has seen so far.
    private func addingUp(_ iteration: SQL, _ source: RowSource) -> SQL {
        let batch: SQL = .hole(HoleName.batch, .int8)
        func seen(_ name: String, _ part: SQL) -> SQL {
            "CASE WHEN \(batch) = 0 THEN \(literal: 0.0) ELSE \(hole: name, .float8) END + \(part)"
        }
        return """
            SELECT '1'::int8 AS iteration, weights, state, seen_loss / rows AS loss, seen_metric / rows AS metric, rows,
              (\(batch) + 1) % \(literal: source.batches) AS batch, seen_loss, seen_metric
            FROM (SELECT weights, state, \(seen(HoleName.seenLoss, "loss * rows")) AS seen_loss,
              \(seen(HoleName.seenMetric, "metric * rows")) AS seen_metric, \(seen(HoleName.seenRows, "rows")) AS rows
            FROM (\(iteration)\(dialect.fence.suffix)) AS iteration\(dialect.fence.suffix)) AS u
            """
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
