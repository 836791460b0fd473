/// An expression graph: an arena of interned nodes.
///
/// Equal nodes are the same node, so equality is identity and common subexpressions are found by construction. A node
/// only refers to earlier ones: the order of the arena is a topological order, and no walk needs recursion.
public struct Graph: Sendable {
    /// An operation and the nodes it is applied to.
    public struct Node: Hashable, Sendable {
        /// What is computed.
        public let op: Op
        /// What it is computed from.
        public let operands: [NodeID]
    }

    /// The arena.
    public private(set) var nodes: [Node] = []
    private var scopes: [Scope] = []
    private var shapes: [UnitShape] = []
    private var interned: [Node: NodeID] = [:]

    /// An empty graph.
    public init() {}

    /// The node behind an identifier.
    public subscript(id: NodeID) -> Node { nodes[id.index] }

    /// One value per row, or one for all.
    public func scope(_ id: NodeID) -> Scope { scopes[id.index] }

    /// The shape of one value.
    public func shape(_ id: NodeID) -> UnitShape { shapes[id.index] }

    /// The constant behind a node, if it is one.
    public func constant(_ id: NodeID) -> Double? {
        if case .constant(let value) = self[id].op { value } else { nil }
    }

    /// Adds a node, or finds the equal one.
    /// - Precondition: the operands' shapes fit the operation; the message names both.
    mutating func intern(_ op: Op, _ operands: [NodeID] = []) -> NodeID {
        let node = Node(op: op, operands: operands)
        if let known = interned[node] { return known }
        let id = NodeID(index: nodes.count)
        scopes.append(scopeRule(op, operands))
        shapes.append(shapeRule(op, operands))
        nodes.append(node)
        interned[node] = id
        return id
    }

    /// The leaf with an operation, if it was built.
    func find(_ op: Op) -> NodeID? { interned[Node(op: op, operands: [])] }

    /// All nodes that the outputs are computed from, and the outputs, in topological order.
    public func reachable(from outputs: some Sequence<NodeID>) -> [NodeID] {
        var marked = [Bool](repeating: false, count: nodes.count)
        for output in outputs { marked[output.index] = true }
        for index in nodes.indices.reversed() where marked[index] {
            for operand in nodes[index].operands { marked[operand.index] = true }
        }
        return nodes.indices.filter { marked[$0] }.map(NodeID.init(index:))
    }
}

/// A node of one graph.
public struct NodeID: Hashable, Sendable, Comparable {
    /// Its place in the arena.
    public let index: Int

    public static func < (left: NodeID, right: NodeID) -> Bool { left.index < right.index }
}
