import Autodiff

/// Decides which nodes become columns of a level of their own and which are written out at every use.
///
/// A level costs the copying of each row from one subquery to the next; writing an expression twice costs computing it
/// twice. Levels are dropped, cheapest first, while what they save is less than what they cost.
struct Sharing {
    private let graph: Graph
    private let path: [NodeID]
    private let outputs: [NodeID]
    private let isGiven: (NodeID) -> Bool
    /// What one level costs per row, in the nanoseconds of `Op.cost`.
    private let levelCost: Double

    /// A column that saves less than this is not worth carrying.
    private static let columnCost = 12.0

    /// - Parameter isGiven: whether a node is a column or a placeholder already.
    init(graph: Graph, outputs: [NodeID], levelCost: Double, isGiven: @escaping (NodeID) -> Bool) {
        self.graph = graph
        self.outputs = outputs
        self.levelCost = levelCost
        self.isGiven = isGiven
        var marked: Set<NodeID> = Set(outputs)
        var path: [NodeID] = []
        for id in graph.reachable(from: outputs).reversed() where marked.contains(id) && !isGiven(id) {
            marked.formUnion(graph[id].operands)
            path.append(id)
        }
        self.path = path.reversed()
    }

    /// The nodes to compute level by level, innermost first. What is not among them is written where it is used.
    func levels() -> [[NodeID]] {
        var references: [NodeID: Int] = [:]
        for id in outputs + path.flatMap({ graph[$0].operands }) { references[id, default: 0] += 1 }
        var shared = Set(path.filter { !isLeaf($0) && (references[$0] ?? 0) > 1 })
        var savings = savings(sharing: shared)
        shared = shared.filter { (savings[$0] ?? 0) > Self.columnCost }
        while true {
            savings = self.savings(sharing: shared)
            let levels = arrange(shared)
            let worth = levels.map { $0.reduce(0) { $0 + (savings[$1] ?? 0) } }
            guard let cheapest = worth.indices.min(by: { worth[$0] < worth[$1] }), worth[cheapest] < levelCost else {
                return levels
            }
            shared.subtract(levels[cheapest])
        }
    }

    private func isLeaf(_ id: NodeID) -> Bool {
        if case .constant = graph[id].op { true } else { isGiven(id) }
    }

    /// What sharing each node saves, given which others are shared: (times written − 1) × its cost.
    private func savings(sharing shared: Set<NodeID>) -> [NodeID: Double] {
        var costs: [NodeID: Double] = [:]
        for id in path {
            costs[id] = graph[id].operands.reduce(graph[id].op.cost) { sum, operand in
                sum + (shared.contains(operand) || isLeaf(operand) ? 2 : costs[operand] ?? 2)
            }
        }
        var uses: [NodeID: Double] = [:]
        for output in outputs { uses[output, default: 0] += 1 }
        for id in path.reversed() {
            let written = shared.contains(id) ? 1 : uses[id] ?? 0
            for operand in graph[id].operands { uses[operand, default: 0] += written }
        }
        return costs.reduce(into: [:]) { $0[$1.key] = ((uses[$1.key] ?? 1) - 1) * $1.value }
    }

    /// Each shared node one level above the highest shared node it reads.
    private func arrange(_ shared: Set<NodeID>) -> [[NodeID]] {
        var depth: [NodeID: Int] = [:]
        var levels: [[NodeID]] = []
        for id in path {
            let below = graph[id].operands.compactMap { depth[$0] }.max() ?? 0
            guard shared.contains(id) else {
                depth[id] = below
                continue
            }
            if levels.count == below { levels.append([]) }
            levels[below].append(id)
            depth[id] = below + 1
        }
        return levels
    }
}
