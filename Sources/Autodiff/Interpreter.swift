import RealModule

/// The numbers of a node: row-major, one row for a global.
public struct Tensor: Sendable, Hashable {
    /// The shape of one row's value.
    public let shape: UnitShape
    /// One per row, or one for all.
    public let scope: Scope
    /// `rows × shape.count` numbers for `Scope.row`, `shape.count` for `Scope.global`.
    public var values: [Double]

    /// A value for the whole data set.
    public static func global(_ shape: UnitShape, _ values: [Double]) -> Tensor {
        Tensor(shape: shape, scope: .global, values: values)
    }

    /// A value per row.
    public static func rows(_ shape: UnitShape, _ values: [Double]) -> Tensor {
        Tensor(shape: shape, scope: .row, values: values)
    }
}

/// The living definition of every operation: computes a graph in plain Swift, row by row.
public struct Interpreter {
    private let graph: Graph
    private let rows: Int

    /// - Parameter rows: how many rows the data has.
    public init(_ graph: Graph, rows: Int) {
        self.graph = graph
        self.rows = rows
    }

    /// Computes nodes from the values of the inputs.
    /// - Parameter inputs: the value of a slot. `element` nodes read from the same tensors.
    public func evaluate(_ outputs: [NodeID], inputs: (Slot) -> Tensor) -> [Tensor] {
        var known: [NodeID: Tensor] = [:]
        for id in graph.reachable(from: outputs) { known[id] = value(of: id, known, inputs) }
        return outputs.compactMap { known[$0] }
    }

    private func value(of id: NodeID, _ known: [NodeID: Tensor], _ inputs: (Slot) -> Tensor) -> Tensor {
        let node = graph[id]
        let x = node.operands.compactMap { known[$0].map(Operand.init) }
        switch node.op {
        case .constant(let value): return .global(.scalar, [value])
        case .count: return .global(.scalar, [Double(rows)])
        case .input(let slot): return inputs(slot)
        case .element(let slot, let index):
            let all = Operand(inputs(slot))
            return each(id) { row, _ in all[row, index] }
        case .negate: return each(id) { -x[0][$0, $1] }
        case .add: return each(id) { x[0][$0, $1] + x[1][$0, $1] }
        case .subtract: return each(id) { x[0][$0, $1] - x[1][$0, $1] }
        case .multiply: return each(id) { x[0][$0, $1] * x[1][$0, $1] }
        case .divide: return each(id) { x[0][$0, $1] / x[1][$0, $1] }
        case .exp: return each(id) { Double.exp(Swift.max(x[0][$0, $1], -100)) }
        case .log: return each(id) { Double.log(x[0][$0, $1]) }
        case .sqrt: return each(id) { x[0][$0, $1].squareRoot() }
        case .tanh: return each(id) { Double.tanh(x[0][$0, $1]) }
        case .abs: return each(id) { Swift.abs(x[0][$0, $1]) }
        case .cosine: return each(id) { Double.cos(x[0][$0, $1]) }
        case .floor: return each(id) { x[0][$0, $1].rounded(.down) }
        case .logistic: return each(id) { 1 / (1 + Double.exp(Swift.min(Swift.max(-x[0][$0, $1], -100), 100))) }
        case .softplus:
            return each(id) {
                let number = x[0][$0, $1]
                return Swift.max(number, 0) + Double.log(1 + Double.exp(Swift.max(-Swift.abs(number), -100)))
            }
        case .maximum: return each(id) { x[0][$0, $1] > x[1][$0, $1] ? x[0][$0, $1] : x[1][$0, $1] }
        case .selectLess: return each(id) { x[0][$0, $1] < x[1][$0, $1] ? x[2][$0, $1] : x[3][$0, $1] }
        case .selectEqual: return each(id) { x[0][$0, $1] == x[1][$0, $1] ? x[2][$0, $1] : x[3][$0, $1] }
        case .detach: return each(id) { x[0][$0, $1] }
        case .matmul:
            let m = graph.shape(id).count
            return each(id) { row, j in
                var sum = 0.0
                for i in 0..<x[0].width { sum += x[0][row, i] * x[1][row, i * m + j] }
                return sum
            }
        case .transpose:
            guard case .matrix(let m, let n) = graph.shape(id) else { preconditionFailure("checked by the shape rule") }
            return each(id) { row, unit in x[0][row, unit % n * m + unit / n] }
        case .outer: return each(id) { row, unit in x[0][row, unit / x[1].width] * x[1][row, unit % x[1].width] }
        case .sumUnits: return each(id) { row, _ in x[0].units(row).reduce(0, +) }
        case .maximumUnits: return each(id) { row, _ in x[0].units(row).reduce(-.infinity, Swift.max) }
        case .argmaxUnits:
            return each(id) { row, _ in
                let units = x[0].units(row)
                return Double(units.firstIndex(of: units.reduce(-.infinity, Swift.max)) ?? 0)
            }
        case .pick: return each(id) { row, _ in x[0][row, Int(x[1][row, 0])] }
        case .oneHot: return each(id) { row, unit in x[0][row, 0] == Double(unit) ? 1 : 0 }
        case .indicators(let counts):
            // Which unit of the operand each unit of the result comes from, and for which index it is 1.
            let sources = counts.enumerated().flatMap { unit, count in
                count == 0 ? [(unit, nil as Int?)] : (0..<count).map { (unit, $0) }
            }
            return each(id) { row, unit in
                let (source, index) = sources[unit]
                guard let index else { return x[0][row, source] }
                return x[0][row, source] == Double(index) ? 1 : 0
            }
        case .sumRows:
            return each(id) { _, unit in
                var sum = 0.0
                for row in 0..<rows { sum += x[0][row, unit] }
                return sum
            }
        }
    }

    /// Computes a node number by number.
    private func each(_ id: NodeID, _ number: (_ row: Int, _ unit: Int) -> Double) -> Tensor {
        let (scope, shape) = (graph.scope(id), graph.shape(id))
        var values: [Double] = []
        let count = scope == .row ? rows : 1
        values.reserveCapacity(count * shape.count)
        for row in 0..<count {
            for unit in 0..<shape.count { values.append(number(row, unit)) }
        }
        return Tensor(shape: shape, scope: scope, values: values)
    }
}

/// A tensor as an operand: globals are repeated over rows and scalars over units.
private struct Operand {
    /// Numbers per row.
    let width: Int
    private let values: [Double]
    private let rowStride: Int
    private let unitStride: Int

    init(_ tensor: Tensor) {
        width = tensor.shape.count
        values = tensor.values
        rowStride = tensor.scope == .row ? width : 0
        unitStride = width == 1 ? 0 : 1
    }

    subscript(row: Int, unit: Int) -> Double { values[row * rowStride + unit * unitStride] }

    func units(_ row: Int) -> [Double] { (0..<width).map { self[row, $0] } }
}
