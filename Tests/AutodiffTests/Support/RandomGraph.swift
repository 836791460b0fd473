import Samples

@testable import Autodiff

/// A graph of random operations as they are, and the same graph made through the builders, which simplify.
struct RandomGraph {
    let bench: Bench
    /// Nothing simplified.
    let raw: Graph
    /// Simplified; `simplified[i]` is the node for node i of `raw`.
    private(set) var graph = Graph()
    private(set) var simplified: [NodeID] = []

    init(seed: UInt64, operations: Int = 60) {
        var maker = Maker(seed: seed)
        for _ in 0..<operations { maker.grow() }
        bench = maker.bench
        raw = maker.bench.graph
        for node in raw.nodes {
            simplified.append(graph.build(node.op, node.operands.map { simplified[$0.index] }))
        }
    }

    /// A scalar that depends on many of the nodes: the sum of the last ones, each squashed so that none drowns others.
    mutating func loss() -> NodeID {
        let ends = (max(0, simplified.count - 8)..<simplified.count).map { simplified[$0] }
        return ends.reduce(graph.constant(0)) { sum, end in
            let squashed = graph.tanh(graph.multiply(graph.constant(0.1), graph.sumUnits(end)))
            return graph.add(sum, squashed)
        }
    }
}

/// Grows a graph by operations that keep its numbers of moderate size.
private struct Maker {
    var bench = Bench(rows: 4)
    private var random: SeededGenerator
    private let classIndex: NodeID

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func numbers() -> [Double] { (0..<24).map { _ in random.uniform(-2...2) } }
        for scope in [Scope.row, .global] {
            _ = bench.input("s_\(scope)", scope, .scalar, numbers())
            _ = bench.input("v_\(scope)", scope, .vector(3), numbers())
        }
        _ = bench.input("m", .global, .matrix(3, 3), numbers())
        classIndex = bench.input("k", .row, .scalar, [2, 0, 1, 1])
        for value in [0, 1, -1, 2, 0.5] { _ = bench.graph.constant(value) }
        _ = bench.graph.count()
        self.random = random
    }

    mutating func grow() {
        let a = any { _ in true }
        let shape = bench.graph.shape(a)
        let fitting = { (other: UnitShape) in other == shape || other == .scalar || shape == .scalar }
        switch random.index(below: 17) {
        case 0: make(.negate, [a])
        case 1: make(.add, [a, any(fitting)])
        case 2: make(.subtract, [a, any(fitting)])
        // Products of products grow without bound; a factor is a constant or between −1 and 1.
        case 3: make(.multiply, [constant(), a])
        case 4: make(.multiply, [a, constant()])
        case 5: make(.multiply, [make(.tanh, [a]), any(fitting)])
        case 6: make(.divide, [any(fitting), positive(a)])
        case 7: make(.exp, [make(.tanh, [a])])
        case 8: make(.log, [positive(a)])
        case 9: make(.sqrt, [positive(a)])
        case 10: make(random.index(below: 2) == 0 ? .logistic : .softplus, [a])
        case 11: make(.maximum, [a, any(fitting)])
        case 12:
            let b = any(fitting)
            let wide = [shape, bench.graph.shape(b)].first { $0 != .scalar } ?? .scalar
            let fits = { (other: UnitShape) in other == wide || other == .scalar }
            make(random.index(below: 2) == 0 ? .selectLess : .selectEqual, [a, b, any(fits), any(fits)])
        case 13: make(.tanh, [make(.matmul, [any { $0 == .vector(3) }, any { $0 == .matrix(3, 3) }])])
        case 14: make(.transpose, [any { $0 == .matrix(3, 3) }])
        case 15: make(.pick, [any { $0 == .vector(3) }, classIndex])
        default: make(.tanh, [make(random.index(below: 2) == 0 ? .sumUnits : .sumRows, [a])])
        }
    }

    @discardableResult
    private mutating func make(_ op: Op, _ operands: [NodeID]) -> NodeID { bench.graph.intern(op, operands) }

    /// A denominator, an argument of a logarithm: 1 + |x|.
    private mutating func positive(_ x: NodeID) -> NodeID {
        make(.add, [bench.graph.constant(1), make(.abs, [x])])
    }

    private mutating func constant() -> NodeID {
        bench.graph.constant([0, 1, -1, 2, 0.5][random.index(below: 5)])
    }

    private mutating func any(_ fits: (UnitShape) -> Bool) -> NodeID {
        let candidates = bench.graph.nodes.indices.map(NodeID.init(index:)).filter { fits(bench.graph.shape($0)) }
        return candidates[random.index(below: candidates.count)]
    }
}
