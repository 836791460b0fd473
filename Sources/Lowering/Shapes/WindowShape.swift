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
        precondition(!source.isBatched, "the data travels through every level of a window statement, and so all of it")
        // Nobody means more than this, and it can be counted with.
        if iterations > 3 { try checkBlock(source, min(iterations, 1 << 32)) }
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
        }
        planner.references = carried
        let parameters = step.layout.count
        planner.append(
            .project,
            [
                .init(name: "iteration", value: .number(iterations)),
                .init(name: "weights", value: .array(Array(carriedLeaves[..<parameters]))),
                .init(name: "state", value: .array(Array(carriedLeaves[parameters...]))),
            ] + zip(["loss", "metric", "rows"], measureNames).map { .init(name: $0, value: .column($1)) }
        )
        return try finish(
            planner.query,
            shape: .window,
            iterations: iterations,
            tail: "\nLIMIT 1",
            advice: { size in
                let isTooLong = iterations > 1 && size.targetList <= dialect.maximumTargetList
                return isTooLong ? "use a smaller block_size, or shape step" : "use shape step"
            },
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

    /// Refuses a long block before it is built, and says which one would do: one of a million iterations would take
    /// all memory.
    private func checkBlock(_ source: RowSource, _ iterations: Int) throws(StatementLimitError) {
        let two = try window(source, iterations: 2).size
        let three = try window(source, iterations: 3).size
        try StatementSize.checkBlock(iterations, dialect, shape: .window) { two.extended(to: three, $0) }
    }
}

extension StatementSize {
    /// The size of a longer block, from those of two iterations and of three: all that follow add the same.
    fileprivate func extended(to three: StatementSize, _ iterations: Int) -> StatementSize {
        var size = three
        size.nesting += (three.nesting - nesting) * (iterations - 3)
        // The numbers of levels have more digits further out.
        size.textBytes += (three.textBytes - textBytes) * (iterations - 3) * 101 / 100
        return size
    }
}
