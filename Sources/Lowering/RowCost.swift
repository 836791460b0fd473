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
}
