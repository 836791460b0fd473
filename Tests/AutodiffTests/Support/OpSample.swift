@testable import Autodiff

/// An operation applied to inputs with numbers.
struct OpSample: CustomStringConvertible {
    let op: Op
    let description: String
    var bench: Bench
    let operands: [NodeID]
    let result: NodeID
    /// The inputs that a gradient may be taken by: not the index of `pick`.
    let variables: [NodeID]

    /// What the operands look like.
    private struct Form {
        let op: Op
        let shapes: [UnitShape]
        /// Where the numbers may come from.
        var domain = Self.mixed

        /// Zeros, ties, both signs, small and large.
        static let mixed = [0, 1, -1, 0.5, 1, -0.5, 0, 3, -3, 0.25, 2, -2, 1.75]
        /// For logarithms, roots and denominators.
        static let positive = [1, 0.5, 2, 1, 3, 0.25, 1.5]
        /// For indexes into three units.
        static let indexes = [0.0, 2, 1, 1, 0]
    }

    /// Every operation in every form: scalars, vectors and matrices, each beside each other and with scalars.
    static func all(_ kind: OpKind) -> [OpSample] {
        forms(kind).flatMap { form in
            scopes(form.shapes.count).map { OpSample(form, $0, kind) }
        }
    }

    private init(_ form: Form, _ scopes: [Scope], _ kind: OpKind) {
        var bench = Bench()
        var operands: [NodeID] = []
        for (index, (shape, scope)) in zip(form.shapes, scopes).enumerated() {
            // The second operand begins elsewhere in the numbers; some of them are equal all the same.
            let numbers = index == 1 && kind == .pick ? Form.indexes : form.domain
            let shift = (index * 4) % numbers.count
            let rotated = Array(numbers[shift...] + numbers[..<shift])
            operands.append(bench.input("x\(index)", scope, shape, rotated))
        }
        op = form.op
        description = "\(kind) of \(zip(form.shapes, scopes).map { "\($1) \($0)" }.joined(separator: ", "))"
        result = bench.graph.build(form.op, operands)
        variables = kind == .pick ? [operands[0]] : operands
        self.bench = bench
        self.operands = operands
    }

    /// All rows, all globals, and each alone.
    private static func scopes(_ count: Int) -> [[Scope]] {
        let uniform = [[Scope](repeating: .row, count: count), [Scope](repeating: .global, count: count)]
        guard count > 1 else { return uniform }
        return uniform
            + (0..<count).flatMap { single in
                [Scope.row, .global].map { odd in
                    (0..<count).map { $0 == single ? odd : (odd == .row ? .global : .row) }
                }
            }
    }

    private static func forms(_ kind: OpKind) -> [Form] {
        let (s, v, m) = (UnitShape.scalar, UnitShape.vector(3), UnitShape.matrix(2, 3))
        func unary(_ op: Op, _ domain: [Double] = Form.mixed) -> [Form] {
            [s, v, m].map { Form(op: op, shapes: [$0], domain: domain) }
        }
        func binary(_ op: Op, _ domain: [Double] = Form.mixed) -> [Form] {
            [[s, s], [v, v], [m, m], [s, v], [v, s], [m, s]].map { Form(op: op, shapes: $0, domain: domain) }
        }
        func choice(_ op: Op) -> [Form] {
            [[s, s, s, s], [v, v, v, v], [v, s, v, s], [s, v, s, s], [s, s, v, v]].map {
                Form(op: op, shapes: $0)
            }
        }
        switch kind {
        case .constant, .input, .element, .count: return []
        case .negate: return unary(.negate)
        case .add: return binary(.add)
        case .subtract: return binary(.subtract)
        case .multiply: return binary(.multiply)
        case .divide: return binary(.divide, Form.positive)
        case .exp: return unary(.exp)
        case .log: return unary(.log, Form.positive)
        case .sqrt: return unary(.sqrt, Form.positive)
        case .tanh: return unary(.tanh)
        case .abs: return unary(.abs)
        case .cosine: return unary(.cosine)
        case .floor: return unary(.floor)
        case .logistic: return unary(.logistic)
        case .softplus: return unary(.softplus)
        case .maximum: return binary(.maximum)
        case .selectLess: return choice(.selectLess)
        case .selectEqual: return choice(.selectEqual)
        case .detach: return unary(.detach)
        case .matmul:
            return [Form(op: .matmul, shapes: [.vector(2), m]), Form(op: .matmul, shapes: [v, .matrix(3, 1)])]
        case .transpose: return [Form(op: .transpose, shapes: [m])]
        case .outer: return [Form(op: .outer, shapes: [v, .vector(2)])]
        case .sumUnits: return unary(.sumUnits)
        case .maximumUnits: return [Form(op: .maximumUnits, shapes: [v])]
        case .argmaxUnits: return [Form(op: .argmaxUnits, shapes: [v])]
        case .pick: return [Form(op: .pick, shapes: [v, s])]
        case .oneHot: return [Form(op: .oneHot(3), shapes: [s])]
        case .indicators:
            return [[0, 3, 2], [1, 0, 0], [4, 0, 1]].map { Form(op: .indicators($0), shapes: [v]) }
        case .sumRows: return unary(.sumRows)
        }
    }
}
