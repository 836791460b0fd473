/// The ways to make a node. Each simplifies what can be simplified without changing a result.
extension Graph {
    /// Zeros of either sign are one constant.
    public mutating func constant(_ value: Double) -> NodeID { intern(.constant(value == 0 ? 0 : value)) }
    public mutating func input(_ slot: Slot) -> NodeID { intern(.input(slot)) }
    public mutating func element(_ slot: Slot, _ index: Int) -> NodeID { intern(.element(slot, index)) }
    public mutating func count() -> NodeID { intern(.count) }

    public mutating func negate(_ x: NodeID) -> NodeID {
        if let value = constant(x) { return constant(-value) }
        if self[x].op == .negate { return self[x].operands[0] }
        return intern(.negate, [x])
    }

    public mutating func add(_ a: NodeID, _ b: NodeID) -> NodeID {
        if let x = constant(a), let y = constant(b) { return constant(x + y) }
        if constant(a) == 0, shape(b) == broadcastShape(a, b) { return b }
        if constant(b) == 0, shape(a) == broadcastShape(a, b) { return a }
        if self[b].op == .negate { return subtract(a, self[b].operands[0]) }
        if self[a].op == .negate { return subtract(b, self[a].operands[0]) }
        if a == b { return multiply(constant(2), a) }
        return intern(.add, [a, b])
    }

    public mutating func subtract(_ a: NodeID, _ b: NodeID) -> NodeID {
        if let x = constant(a), let y = constant(b) { return constant(x - y) }
        if constant(b) == 0, shape(a) == broadcastShape(a, b) { return a }
        if constant(a) == 0, shape(b) == broadcastShape(a, b) { return negate(b) }
        if self[b].op == .negate { return add(a, self[b].operands[0]) }
        return intern(.subtract, [a, b])
    }

    public mutating func multiply(_ a: NodeID, _ b: NodeID) -> NodeID {
        if let x = constant(a), let y = constant(b) { return constant(x * y) }
        for (factor, other) in [(constant(a), b), (constant(b), a)] where shape(other) == broadcastShape(a, b) {
            if factor == 1 { return other }
            if factor == -1 { return negate(other) }
            // A zero factor makes a zero of the same shape; only scalars have a constant of their shape.
            if factor == 0, shape(other) == .scalar { return constant(0) }
            // (a·b)·x is a·(b·x) only where a·b keeps its digits.
            if let factor, self[other].op == .multiply, let inner = constant(self[other].operands[0]),
                (factor * inner).isNormal
            {
                return multiply(constant(factor * inner), self[other].operands[1])
            }
        }
        // An indicator, 1 or 0, times a number is a choice: no product, and nothing to underflow.
        for (factor, other) in [(a, b), (b, a)] where isIndicator(factor) && shape(other) == .scalar {
            let operands = self[factor].operands
            return select(operands[0], equals: operands[1], other, else: constant(0))
        }
        // (1/t)·x is x/t: one operation less, and no reciprocal that could leave float8.
        for (factor, other) in [(a, b), (b, a)] where self[factor].op == .divide {
            if constant(self[factor].operands[0]) == 1 { return divide(other, self[factor].operands[1]) }
        }
        return intern(.multiply, [a, b])
    }

    public mutating func divide(_ a: NodeID, _ b: NodeID) -> NodeID {
        if constant(b) == 1, shape(a) == broadcastShape(a, b) { return a }
        if constant(a) == 0, shape(b) == .scalar, shape(a) == .scalar { return a }
        return intern(.divide, [a, b])
    }

    public mutating func exp(_ x: NodeID) -> NodeID { intern(.exp, [x]) }
    public mutating func log(_ x: NodeID) -> NodeID { intern(.log, [x]) }
    public mutating func sqrt(_ x: NodeID) -> NodeID { intern(.sqrt, [x]) }
    public mutating func tanh(_ x: NodeID) -> NodeID { intern(.tanh, [x]) }
    public mutating func abs(_ x: NodeID) -> NodeID { intern(.abs, [x]) }
    public mutating func cosine(_ x: NodeID) -> NodeID { intern(.cosine, [x]) }

    /// A whole number stays as it is; so does a whole number of iterations.
    public mutating func floor(_ x: NodeID) -> NodeID {
        if let value = constant(x) { return constant(value.rounded(.down)) }
        return self[x].op == .floor ? x : intern(.floor, [x])
    }

    public mutating func logistic(_ x: NodeID) -> NodeID { intern(.logistic, [x]) }
    public mutating func softplus(_ x: NodeID) -> NodeID { intern(.softplus, [x]) }
    public mutating func maximum(_ a: NodeID, _ b: NodeID) -> NodeID { a == b ? a : intern(.maximum, [a, b]) }

    /// `x` where a < b, else `y`.
    public mutating func select(_ a: NodeID, lessThan b: NodeID, _ x: NodeID, else y: NodeID) -> NodeID {
        choose(.selectLess, a, b, x, y)
    }

    /// `x` where a = b, else `y`.
    public mutating func select(_ a: NodeID, equals b: NodeID, _ x: NodeID, else y: NodeID) -> NodeID {
        choose(.selectEqual, a, b, x, y)
    }

    public mutating func detach(_ x: NodeID) -> NodeID { intern(.detach, [x]) }
    public mutating func matmul(_ x: NodeID, _ w: NodeID) -> NodeID { intern(.matmul, [x, w]) }
    public mutating func outer(_ a: NodeID, _ b: NodeID) -> NodeID { intern(.outer, [a, b]) }
    public mutating func maximumUnits(_ x: NodeID) -> NodeID { intern(.maximumUnits, [x]) }
    public mutating func argmaxUnits(_ x: NodeID) -> NodeID { intern(.argmaxUnits, [x]) }
    public mutating func pick(_ x: NodeID, at index: NodeID) -> NodeID { intern(.pick, [x, index]) }
    public mutating func oneHot(_ index: NodeID, count: Int) -> NodeID { intern(.oneHot(count), [index]) }

    /// Indexes among the units of `x` as indicators; `counts` as in `Op.indicators`.
    public mutating func indicators(_ x: NodeID, counts: [Int]) -> NodeID {
        counts.allSatisfy { $0 == 0 } ? x : intern(.indicators(counts), [x])
    }

    public mutating func transpose(_ w: NodeID) -> NodeID {
        self[w].op == .transpose ? self[w].operands[0] : intern(.transpose, [w])
    }

    public mutating func sumUnits(_ x: NodeID) -> NodeID { shape(x) == .scalar ? x : intern(.sumUnits, [x]) }

    /// The sum over rows. A value that is the same in every row is counted as often as there are rows.
    public mutating func sumRows(_ x: NodeID) -> NodeID {
        scope(x) == .row ? intern(.sumRows, [x]) : multiply(count(), x)
    }

    /// 0 where the magnitude is below `threshold`: products of such numbers raise underflow errors in PostgreSQL.
    public mutating func flush(_ x: NodeID, below threshold: Double = Graph.denormalThreshold) -> NodeID {
        let zero = constant(0)
        let limit = constant(threshold)
        return select(abs(x), lessThan: limit, zero, else: x)
    }

    /// Gradients and solver state below this are taken as 0. Their squares stay above float8's smallest normal.
    public static let denormalThreshold = 1e-150

    /// e to the power of −|x|, and 1 more: what `softplus` and its derivative are made of.
    public mutating func softplusParts(_ x: NodeID) -> (power: NodeID, total: NodeID) {
        let power = exp(negate(abs(x)))
        return (power, add(constant(1), power))
    }

    private mutating func choose(_ op: Op, _ a: NodeID, _ b: NodeID, _ x: NodeID, _ y: NodeID) -> NodeID {
        if shape(x) == .scalar, shape(y) == .scalar, let left = constant(a), let right = constant(b) {
            return (op == .selectLess ? left < right : left == right) ? x : y
        }
        let (x, y) = (chosen(op, a, b, in: x, 2), chosen(op, a, b, in: y, 3))
        if x == y, shape(x) != .scalar || broadcastShape(a, b) == .scalar { return x }
        return intern(op, [a, b, x, y])
    }

    /// What a choice by the same comparison comes down to inside one of the branches.
    private func chosen(_ op: Op, _ a: NodeID, _ b: NodeID, in branch: NodeID, _ operand: Int) -> NodeID {
        let node = self[branch]
        guard node.op == op, node.operands[0] == a, node.operands[1] == b else { return branch }
        return shape(node.operands[operand]) == shape(branch) ? node.operands[operand] : branch
    }

    /// Whether a node tells that an index is `place`, and `first` that the same index is 0.
    func indicated(_ id: NodeID, place: Int, by first: NodeID) -> Bool {
        isIndicator(id) && isIndicator(first) && self[id].operands[0] == self[first].operands[0]
            && constant(self[id].operands[1]) == Double(place)
    }

    private func isIndicator(_ id: NodeID) -> Bool {
        let node = self[id]
        return node.op == .selectEqual && shape(id) == .scalar && constant(node.operands[2]) == 1
            && constant(node.operands[3]) == 0
    }

    private func broadcastShape(_ a: NodeID, _ b: NodeID) -> UnitShape {
        shape(a) == .scalar ? shape(b) : shape(a)
    }
}
