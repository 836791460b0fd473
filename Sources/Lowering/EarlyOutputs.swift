import Autodiff

/// Drops intermediate columns early: an output is computed as soon as what it reads is there, where that lets more
/// columns go than it adds.
///
/// The loss of a row needs the scores; computed beside the next level it is one column from there on instead of them.
struct EarlyOutputs {
    private let outputs: [NodeID]
    /// What each shared node and each output reads from below: shared nodes and columns that were given.
    private let reads: [NodeID: Set<NodeID>]
    private let levels: [[NodeID]]
    private let depths: [NodeID: Int]

    /// - Parameters:
    ///   - levels: the shared nodes, innermost level first.
    ///   - isColumn: whether a node is a column of the source.
    init(graph: Graph, levels: [[NodeID]], outputs: [NodeID], isColumn: (NodeID) -> Bool, isGiven: (NodeID) -> Bool) {
        self.levels = levels
        let shared = Set(levels.joined())
        self.outputs = outputs.filter { !shared.contains($0) && !isGiven($0) }
        var depths: [NodeID: Int] = [:]
        for (index, level) in levels.enumerated() { for id in level { depths[id] = index } }
        self.depths = depths
        var reads: [NodeID: Set<NodeID>] = [:]
        for root in shared.union(self.outputs) {
            var found: Set<NodeID> = []
            var seen: Set<NodeID> = []
            var stack = graph[root].operands
            while let id = stack.popLast() {
                if shared.contains(id) || isColumn(id) {
                    found.insert(id)
                } else if !isGiven(id), seen.insert(id).inserted {
                    stack.append(contentsOf: graph[id].operands)
                }
            }
            reads[root] = found
        }
        self.reads = reads
    }

    /// The levels with the outputs that are worth computing early.
    ///
    /// Outputs that read from the same levels are moved together: it is together that they let columns go. Each group is
    /// tried at every level from its first possible one, again and again until no move makes the whole narrower.
    func arranged() -> [[NodeID]] {
        let groups = Dictionary(grouping: outputs) { output in
            (reads[output] ?? []).map { (depths[$0] ?? -1) + 1 }.max() ?? levels.count
        }
        .filter { $0.key < levels.count }.sorted { $0.key < $1.key }
        var targets = groups.map { _ in levels.count }
        var narrowest = width(placing: groups.map(\.value), at: targets)
        var isSettled = false
        while !isSettled {
            isSettled = true
            for (index, group) in groups.enumerated() {
                for level in group.key...levels.count where level != targets[index] {
                    var trial = targets
                    trial[index] = level
                    let width = width(placing: groups.map(\.value), at: trial)
                    if width < narrowest { (narrowest, targets, isSettled) = (width, trial, false) }
                }
            }
        }
        return levels.indices.map { level in
            levels[level] + zip(groups, targets).filter { $1 == level }.flatMap(\.0.value)
        }
    }

    /// How many columns pass from level to level in all.
    /// - Parameter targets: the level each group is computed at; the number of levels means after all of them.
    private func width(placing groups: [[NodeID]], at targets: [Int]) -> Int {
        var lastUse: [NodeID: Int] = [:]
        func use(_ ids: some Sequence<NodeID>, at level: Int) {
            for id in ids { for read in reads[id] ?? [] { lastUse[read] = max(lastUse[read] ?? 0, level) } }
        }
        for (index, level) in levels.enumerated() { use(level, at: index) }
        use(Set(outputs).subtracting(groups.joined()), at: levels.count)
        for (group, target) in zip(groups, targets) { use(group, at: target) }
        let carried = lastUse.reduce(0) { $0 + $1.value - (depths[$1.key] ?? 0) }
        return zip(groups, targets).reduce(carried) { $0 + $1.0.count * (levels.count - $1.1) }
    }
}
