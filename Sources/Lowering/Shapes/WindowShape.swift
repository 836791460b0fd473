import Autodiff
import Networks
import SQLText

extension Lowering {
    /// The article's form: iterations nested in one statement, each a few levels of SELECT around the one before.
    ///
    /// Data and weights are columns that every level carries; sums are window functions, so every row learns the same
    /// new weights. What an iteration computes on the way is dropped at its end, but for the loss of the first.
    /// - Throws: `StatementLimitError` if the nesting or the columns exceed what the server takes.
    public func window(_ source: RowSource, iterations: Int) throws(StatementLimitError) -> LoweredStatement {
        precondition(iterations > 0, "a block has at least one iteration")
        let update = self.step.update
        let results = (update.parameters + update.state).flatMap { scalars[$0] }
        let measures = [scalars[update.loss][0], scalars[update.metric][0], scalars[step.sums.rows][0]]
        let measureNames = ["loss_first", "metric_first", "rows_first"]

        var planner = LevelPlanner(graph: graph, source: source.relation, references: inputs(), names: names)
        planner.append(.project, zip(carriedNames, carriedLeaves).map { .init(name: $0, value: .node($1)) })
        let carried = carriedReferences()
        for iteration in 0..<iterations {
            planner.references = carried
            if let id = scalars.node(of: step.inputs.iteration, 0) {
                planner.references[id] = .holePlus(HoleName.iteration, iteration)
            }
            let outputs = iteration == 0 ? results + measures : results
            let sums = self.sums(for: outputs)
            planner.share(for: sums.flatMap { graph[$0].operands }, levelCost: Self.windowLevelCost)
            planner.append(.window, sums, packing: false)
            planner.share(for: outputs, levelCost: Self.windowLevelCost)
            var columns = zip(carriedNames, results).map { LevelQuery.Column(name: $0, value: .node($1)) }
            if iteration == 0 {
                columns += zip(measureNames, measures).map { .init(name: $0, value: .node($1)) }
            }
            planner.append(.project, columns)
            try checkDepth(planner.query.levels.count, after: iteration + 1, of: iterations)
        }
        planner.references = carried
        let parameters = step.layout.count
        planner.append(
            .project,
            [
                .init(name: "weights", value: .array(Array(carriedLeaves[..<parameters]))),
                .init(name: "state", value: .array(Array(carriedLeaves[parameters...]))),
            ] + zip(["loss", "metric", "rows"], measureNames).map { .init(name: $0, value: .column($1)) }
        )
        return try finish(
            planner.query,
            shape: .window,
            iterations: iterations,
            tail: "\nLIMIT 1",
            advice: advice(iterations),
            parallelSafe: false
        )
    }

    /// What a level costs per row when it carries the data, the weights and the state: about twice a plain one.
    private static let windowLevelCost = 160.0

    /// Names of the columns for parameters and state.
    private var carriedNames: [String] { step.layout.names + (0..<step.stateCount).map { "s\($0)" } }

    /// The scalar leaves of parameters and state, in the same order.
    private var carriedLeaves: [NodeID] {
        (step.inputs.parameters + step.inputs.state).flatMap { slot in
            (0..<slot.shape.count).compactMap { scalars.node(of: slot, $0) }
        }
    }

    /// How an iteration reads its inputs: all but the learning rate from columns.
    private func carriedReferences() -> [NodeID: Reference] {
        var references = dataColumns()
        for (name, leaf) in zip(carriedNames, carriedLeaves) { references[leaf] = .column(name) }
        if let id = scalars.node(of: step.inputs.learningRate, 0) { references[id] = .hole(HoleName.learningRate) }
        return references
    }

    private func checkDepth(_ levels: Int, after done: Int, of iterations: Int) throws(StatementLimitError) {
        let perIteration = (levels - 1) / done
        let needed = perIteration * iterations + 2
        guard needed > dialect.maximumNesting else { return }
        throw StatementLimitError(
            limit: .nesting,
            needed: needed,
            maximum: dialect.maximumNesting,
            shape: .window,
            advice: "use a block_size of at most \((dialect.maximumNesting - 2) / perIteration), or shape step"
        )
    }

    private func advice(_ iterations: Int) -> String {
        iterations > 1 ? "use a smaller block_size, or shape step" : "use shape step"
    }
}
