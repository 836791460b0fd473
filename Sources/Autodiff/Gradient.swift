/// Reverse-mode differentiation. The gradient of a graph is more of the same graph; no numbers are computed here.
extension Graph {
    /// The derivatives of a scalar per row, or of a global scalar, with respect to inputs.
    ///
    /// For a loss per row and a weight shared by all rows, the derivative is that of the sum over all rows.
    /// - Parameters:
    ///   - loss: a scalar.
    ///   - inputs: what to differentiate by.
    /// - Returns: for each input a node of its shape, or a scalar if it is the same for all units, as the constant 0
    ///   where the loss does not depend on the input; and the derivatives by every node on the way, for those who want
    ///   to name them.
    /// - Throws: `UndifferentiableOperation`, naming an operation on the way that has no derivative.
    public mutating func gradient(
        of loss: NodeID,
        by inputs: [NodeID]
    ) throws(UndifferentiableOperation) -> (byInput: [NodeID], byNode: [NodeID: NodeID]) {
        let path = reachable(from: [loss])
        var depends = Set(inputs)
        for id in path where self[id].operands.contains(where: depends.contains) { depends.insert(id) }

        var gradients: [NodeID: NodeID] = [loss: constant(1)]
        for id in path.reversed() where depends.contains(id) {
            guard let g = gradients[id], !inputs.contains(id) else { continue }
            for (operand, part) in zip(self[id].operands, try derivatives(id, g)) where depends.contains(operand) {
                guard let part else { continue }
                let fitted = reduce(part, of: id, to: operand)
                gradients[operand] = gradients[operand].map { add($0, fitted) } ?? fitted
            }
        }
        return (inputs.map { gradients[$0] ?? constant(0) }, gradients)
    }

    /// One derivative per operand of a node, given that of the node; nil where it is zero everywhere.
    private mutating func derivatives(_ id: NodeID, _ g: NodeID) throws(UndifferentiableOperation) -> [NodeID?] {
        let operands = self[id].operands
        let zero = constant(0)
        switch self[id].op {
        case .constant, .input, .element, .count: return []
        case .negate: return [negate(g)]
        case .add: return [g, g]
        case .subtract: return [g, negate(g)]
        case .multiply: return [multiply(g, operands[1]), multiply(g, operands[0])]
        case .divide:
            let left = divide(g, operands[1])
            return [left, negate(multiply(left, id))]
        case .exp: return [multiply(g, id)]
        case .log: return [divide(g, operands[0])]
        case .sqrt: return [divide(g, add(id, id))]
        case .tanh: return [multiply(g, subtract(constant(1), multiply(id, id)))]
        case .logistic: return [multiply(g, multiply(id, subtract(constant(1), id)))]
        case .softplus:
            // 1 / (1 + e^−x), spelled e^x / (1 + e^x) below 0.
            let (power, total) = softplusParts(operands[0])
            return [multiply(g, divide(select(operands[0], lessThan: zero, power, else: constant(1)), total))]
        case .abs: return [select(operands[0], lessThan: zero, negate(g), else: g)]
        case .maximum:
            // max(a, b) > b exactly where a > b, so the operand itself need not be kept.
            let left = select(operands[1], lessThan: id, g, else: zero)
            return [left, select(operands[1], lessThan: id, zero, else: g)]
        case .selectLess:
            let (a, b) = (operands[0], operands[1])
            return [nil, nil, select(a, lessThan: b, g, else: zero), select(a, lessThan: b, zero, else: g)]
        case .selectEqual:
            let (a, b) = (operands[0], operands[1])
            return [nil, nil, select(a, equals: b, g, else: zero), select(a, equals: b, zero, else: g)]
        case .detach: return [nil]
        case .matmul: return [matmul(g, transpose(operands[1])), outer(operands[0], g)]
        case .transpose: return [transpose(g)]
        case .sumUnits: return [spread(g, over: operands[0])]
        case .pick:
            guard case .vector(let n) = shape(operands[0]) else { return [nil, nil] }
            return [multiply(g, oneHot(operands[1], count: n)), nil]
        case .sumRows: return [g]
        case .outer, .cosine, .floor, .maximumUnits, .argmaxUnits, .oneHot, .indicators:
            throw UndifferentiableOperation(op: self[id].op)
        }
    }

    /// Sums a derivative over what its operand was repeated over: rows for a global, units for a scalar.
    ///
    /// What decides is the node's scope, not that of the part: a derivative that is 1 in every row counts every row.
    private mutating func reduce(_ part: NodeID, of id: NodeID, to operand: NodeID) -> NodeID {
        var part = part
        if shape(operand) == .scalar { part = sumUnits(part) }
        if scope(operand) == .global, scope(id) == .row { part = sumRows(part) }
        return part
    }

    /// A scalar repeated for every unit of a value.
    private mutating func spread(_ g: NodeID, over x: NodeID) -> NodeID {
        guard shape(x) != .scalar else { return g }
        // Compares a value with itself to take on its shape: the constants alone have none.
        return select(x, equals: x, g, else: g)
    }
}

/// An operation without a derivative stands between the loss and an input.
public struct UndifferentiableOperation: Error, Hashable, CustomStringConvertible {
    /// The operation.
    public let op: Op
    public var description: String { "there is no derivative of \(op)" }
}
