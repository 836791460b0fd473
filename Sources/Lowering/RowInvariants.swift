import Autodiff

extension Lowering {
    /// Whether rows of shape `step` compute something that is the same for all of them.
    public var hasRowInvariants: Bool {
        let given = inputs()
        return !rowInvariants { given[$0] != nil }.isEmpty
    }

    /// What rows read that has to be computed and is the same for all of them, such as the difference of two weights.
    /// - Parameter isGiven: whether a node is a column or a placeholder already.
    func rowInvariants(isGiven: (NodeID) -> Bool) -> [NodeID] {
        let perRow = graph.reachable(from: sums(for: results).flatMap { graph[$0].operands }).filter {
            graph.scope($0) == .row
        }
        return Set(perRow.flatMap { graph[$0].operands }).filter { id in
            graph.scope(id) == .global && graph.constant(id) == nil && !isGiven(id)
        }
        .sorted()
    }
}
