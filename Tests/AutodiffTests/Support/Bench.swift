import Samples

@testable import Autodiff

/// A graph beside the numbers of its inputs: what a test builds on.
struct Bench {
    var graph = Graph()
    let rows: Int
    private(set) var values: [Slot: Tensor] = [:]

    init(rows: Int = 5) { self.rows = rows }

    /// Takes a graph over whose inputs the numbers are known.
    init(_ graph: Graph, rows: Int, values: [Slot: Tensor]) {
        self.graph = graph
        self.rows = rows
        self.values = values
    }

    /// Adds an input with numbers, given row by row; they are repeated as often as it takes.
    mutating func input(_ name: String, _ scope: Scope, _ shape: UnitShape, _ numbers: [Double]) -> NodeID {
        let slot = Slot(name: name, scope: scope, shape: shape)
        let count = shape.count * (scope == .row ? rows : 1)
        let all = (0..<count).map { numbers[$0 % numbers.count] }
        values[slot] = scope == .row ? .rows(shape, all) : .global(shape, all)
        return graph.input(slot)
    }

    mutating func set(_ slot: Slot, _ index: Int, _ value: Double) { values[slot]?.values[index] = value }

    func evaluate(_ nodes: [NodeID]) -> [Tensor] { evaluate(nodes, of: graph) }

    /// Computes nodes of another graph over the same inputs.
    func evaluate(_ nodes: [NodeID], of graph: Graph) -> [Tensor] {
        Interpreter(graph, rows: rows).evaluate(nodes) { slot in
            guard let value = values[slot] else { preconditionFailure("no numbers for \(slot.name)") }
            return value
        }
    }

    /// The numbers of a node for every row and unit, whether or not it is known to be the same in all of them.
    func spread(_ tensor: Tensor, over shape: UnitShape) -> [Double] {
        (0..<rows).flatMap { row in
            (0..<shape.count).map { unit in
                let start = tensor.scope == .row ? row * tensor.shape.count : 0
                return tensor.values[start + (tensor.shape == .scalar ? 0 : unit)]
            }
        }
    }
}
