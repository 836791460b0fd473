import Autodiff

extension Lowering {
    /// What one iteration takes per row, in nanoseconds, by the costs of its operations: for choosing between forms,
    /// not a promise.
    public var estimatedRowCost: Double {
        let sums = sums(for: step.update.parameters.flatMap { scalars[$0] } + [scalars[step.update.loss][0]])
        return graph.reachable(from: sums).reduce(0) { cost, id in
            let isPerRow = graph.scope(id) == .row || graph[id].op == .sumRows
            return cost + (isPerRow ? graph[id].op.cost : 0)
        }
    }

    /// How many operations an iteration has, those on rows and those on their sums.
    public var operationCount: Int { graph.reachable(from: results).count }

    /// How many of them are computed once, after the rows are summed.
    public var updateOperationCount: Int {
        graph.reachable(from: results).reduce(0) { $0 + (graph.scope($1) == .global ? 1 : 0) }
    }

    /// What an iteration answers with.
    var results: [NodeID] {
        (step.update.parameters + step.update.state + [step.update.loss, step.update.metric]).flatMap { scalars[$0] }
    }
}
