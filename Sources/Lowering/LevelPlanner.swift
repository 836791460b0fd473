import Autodiff
import SQLText

/// Builds the chain of levels of a statement, keeping track of which values are columns by now.
struct LevelPlanner {
    private(set) var query: LevelQuery
    /// How the next level reads what is already there.
    var references: [NodeID: Reference]
    private let names: [NodeID: String]

    /// A level of one row packs its columns into an array when there are more than this.
    private static let packingThreshold = 400

    init(graph: Graph, source: SQL, references: [NodeID: Reference], names: [NodeID: String]) {
        self.query = LevelQuery(graph: graph, source: source)
        self.references = references
        self.names = names
    }

    private func name(_ id: NodeID) -> String { names[id] ?? "v\(id.index)" }

    /// Adds levels that compute what the outputs share. The outputs themselves are left to the level after them.
    mutating func share(for outputs: [NodeID], levelCost: Double, oneRow: Bool = false) {
        let given = references
        let sharing = Sharing(graph: query.graph, outputs: outputs, levelCost: levelCost) { given[$0] != nil }
        var levels = sharing.levels()
        // With one row there is nothing to gain, and a packed level takes shared nodes only.
        if !oneRow {
            let early = EarlyOutputs(
                graph: query.graph,
                levels: levels,
                outputs: Array(Set(outputs)).sorted(),
                isColumn: { given[$0]?.column != nil },
                isGiven: { given[$0] != nil }
            )
            levels = early.arranged()
        }
        for nodes in levels { append(.project, nodes, packing: oneRow) }
    }

    /// Adds a level that computes nodes, each a column unless they are packed.
    mutating func append(_ kind: LevelQuery.Kind, _ nodes: [NodeID], packing: Bool) {
        let before = references
        let columns: [LevelQuery.Column]
        if packing, nodes.count > Self.packingThreshold {
            let array = "packed_\(query.levels.count)"
            columns = [.init(name: array, value: .array(nodes))]
            for (index, id) in nodes.enumerated() { references[id] = .packed(array, index + 1) }
        } else {
            columns = nodes.map { .init(name: name($0), value: .node($0)) }
            for id in nodes { references[id] = .column(name(id)) }
        }
        query.levels.append(.init(kind: kind, columns: columns, references: before))
    }

    /// Adds a level whose columns have names of their own.
    mutating func append(_ kind: LevelQuery.Kind, _ columns: [LevelQuery.Column]) {
        query.levels.append(.init(kind: kind, columns: columns, references: references))
    }
}
