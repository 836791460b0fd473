extension Graph {
    /// A value is per row if anything it is computed from is, until rows are summed.
    func scopeRule(_ op: Op, _ operands: [NodeID]) -> Scope {
        switch op {
        case .constant, .count, .sumRows: .global
        case .input(let slot), .element(let slot, _): slot.scope
        default: operands.map(scope).max() ?? .global
        }
    }

    func shapeRule(_ op: Op, _ operands: [NodeID]) -> UnitShape {
        let shapes = operands.map(shape)
        switch op {
        case .constant, .element, .count: return .scalar
        case .input(let slot): return slot.shape
        case .negate, .add, .subtract, .multiply, .divide, .exp, .log, .sqrt, .tanh, .abs, .cosine, .floor, .logistic,
            .softplus, .maximum, .selectLess, .selectEqual, .detach:
            return broadcast(op, shapes)
        case .matmul:
            guard case .vector(let n) = shapes[0], case .matrix(n, let m) = shapes[1] else { mismatch(op, shapes) }
            return .vector(m)
        case .transpose:
            guard case .matrix(let n, let m) = shapes[0] else { mismatch(op, shapes) }
            return .matrix(m, n)
        case .outer:
            guard case .vector(let n) = shapes[0], case .vector(let m) = shapes[1] else { mismatch(op, shapes) }
            return .matrix(n, m)
        case .sumUnits: return .scalar
        case .maximumUnits, .argmaxUnits:
            guard case .vector = shapes[0] else { mismatch(op, shapes) }
            return .scalar
        case .pick:
            guard case .vector = shapes[0], case .scalar = shapes[1] else { mismatch(op, shapes) }
            return .scalar
        case .oneHot(let n):
            guard case .scalar = shapes[0] else { mismatch(op, shapes) }
            return .vector(n)
        case .indicators(let counts):
            guard case .vector(counts.count) = shapes[0] else { mismatch(op, shapes) }
            return .vector(counts.reduce(0) { $0 + max(1, $1) })
        case .sumRows: return shapes[0]
        }
    }

    private func broadcast(_ op: Op, _ shapes: [UnitShape]) -> UnitShape {
        let wide = Set(shapes.filter { $0 != .scalar })
        guard wide.count <= 1 else { mismatch(op, shapes) }
        return wide.first ?? .scalar
    }

    private func mismatch(_ op: Op, _ shapes: [UnitShape]) -> Never {
        preconditionFailure("\(op) is not defined for shapes \(shapes.map(\.description).joined(separator: ", "))")
    }
}
