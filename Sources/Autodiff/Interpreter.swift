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
        let x = node.operands.compactMap { known[$0] }
        switch node.op {
        case .constant(let value): return .global(.scalar, [value])
        case .count: return .global(.scalar, [Double(rows)])
        case .input(let slot): return inputs(slot)
        case .element(let slot, let index): return perValue(id, [inputs(slot)]) { [$0[0][$0[0].startIndex + index]] }
        case .sumRows: return sumRows(x[0])
        case .negate: return elementwise(id, x) { -$0[0] }
        case .add: return elementwise(id, x) { $0[0] + $0[1] }
        case .subtract: return elementwise(id, x) { $0[0] - $0[1] }
        case .multiply: return elementwise(id, x) { $0[0] * $0[1] }
        case .divide: return elementwise(id, x) { $0[0] / $0[1] }
        case .exp: return elementwise(id, x) { Double.exp(Swift.max($0[0], -100)) }
        case .log: return elementwise(id, x) { Double.log($0[0]) }
        case .sqrt: return elementwise(id, x) { $0[0].squareRoot() }
        case .tanh: return elementwise(id, x) { Double.tanh($0[0]) }
        case .abs: return elementwise(id, x) { Swift.abs($0[0]) }
        case .logistic: return elementwise(id, x) { 1 / (1 + Double.exp(Swift.min(Swift.max(-$0[0], -100), 100))) }
        case .maximum: return elementwise(id, x) { $0[0] > $0[1] ? $0[0] : $0[1] }
        case .selectLess: return elementwise(id, x) { $0[0] < $0[1] ? $0[2] : $0[3] }
        case .selectEqual: return elementwise(id, x) { $0[0] == $0[1] ? $0[2] : $0[3] }
        case .detach: return x[0]
        case .matmul:
            return perValue(id, x) { operands in
                let (n, m) = (operands[0].count, operands[1].count / operands[0].count)
                return (0..<m).map { j in
                    var sum = 0.0
                    for i in 0..<n {
                        sum += operands[0][operands[0].startIndex + i] * operands[1][operands[1].startIndex + i * m + j]
                    }
                    return sum
                }
            }
        case .transpose:
            guard case .matrix(let n, let m) = x[0].shape else { return x[0] }
            return perValue(id, x) { operands in
                (0..<m).flatMap { j in (0..<n).map { i in operands[0][operands[0].startIndex + i * m + j] } }
            }
        case .outer: return perValue(id, x) { o in o[0].flatMap { a in o[1].map { b in a * b } } }
        case .sumUnits: return perValue(id, x) { [$0[0].reduce(0, +)] }
        case .maximumUnits: return perValue(id, x) { [$0[0].reduce(-Double.infinity, Swift.max)] }
        case .argmaxUnits:
            return perValue(id, x) { o in
                let largest = o[0].reduce(-Double.infinity, Swift.max)
                return [Double((o[0].firstIndex(of: largest) ?? o[0].startIndex) - o[0].startIndex)]
            }
        case .pick: return perValue(id, x) { [$0[0][$0[0].startIndex + Int($0[1][$0[1].startIndex])]] }
        case .oneHot(let n): return perValue(id, x) { o in (0..<n).map { Double($0) == o[0].first ? 1 : 0 } }
        }
    }

    /// Applies a function to each number, repeating globals over rows and scalars over units.
    private func elementwise(_ id: NodeID, _ x: [Tensor], _ function: ([Double]) -> Double) -> Tensor {
        let units = graph.shape(id).count
        return perValue(id, x) { operands in
            (0..<units).map { unit in
                function(operands.map { $0.count == 1 ? $0[$0.startIndex] : $0[$0.startIndex + unit] })
            }
        }
    }

    /// Applies a function to the values of each row, or once if nothing depends on the row.
    private func perValue(_ id: NodeID, _ x: [Tensor], _ function: ([ArraySlice<Double>]) -> [Double]) -> Tensor {
        let scope = graph.scope(id)
        var values: [Double] = []
        for row in 0..<(scope == .row ? rows : 1) {
            values += function(
                x.map { tensor in
                    let width = tensor.shape.count
                    let start = tensor.scope == .row ? row * width : 0
                    return tensor.values[start..<start + width]
                }
            )
        }
        return Tensor(shape: graph.shape(id), scope: scope, values: values)
    }

    private func sumRows(_ x: Tensor) -> Tensor {
        let width = x.shape.count
        var sums = [Double](repeating: 0, count: width)
        for row in 0..<rows {
            for unit in 0..<width { sums[unit] += x.values[row * width + unit] }
        }
        return .global(x.shape, sums)
    }
}
