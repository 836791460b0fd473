@testable import Autodiff

/// The operations without what they carry. A new one does not compile here until it has a sample.
enum OpKind: String, CaseIterable {
    case constant, input, element, count
    case negate, add, subtract, multiply, divide, exp, log, sqrt, tanh, abs, cosine, floor, logistic, softplus, maximum
    case selectLess, selectEqual, detach
    case matmul, transpose, outer, sumUnits, maximumUnits, argmaxUnits, pick, oneHot, indicators, sumRows

    init(_ op: Op) {
        self =
            switch op {
            case .constant: .constant
            case .input: .input
            case .element: .element
            case .count: .count
            case .negate: .negate
            case .add: .add
            case .subtract: .subtract
            case .multiply: .multiply
            case .divide: .divide
            case .exp: .exp
            case .log: .log
            case .sqrt: .sqrt
            case .tanh: .tanh
            case .abs: .abs
            case .cosine: .cosine
            case .floor: .floor
            case .logistic: .logistic
            case .softplus: .softplus
            case .maximum: .maximum
            case .selectLess: .selectLess
            case .selectEqual: .selectEqual
            case .detach: .detach
            case .matmul: .matmul
            case .transpose: .transpose
            case .outer: .outer
            case .sumUnits: .sumUnits
            case .maximumUnits: .maximumUnits
            case .argmaxUnits: .argmaxUnits
            case .pick: .pick
            case .oneHot: .oneHot
            case .indicators: .indicators
            case .sumRows: .sumRows
            }
    }

    static let leaves: Set<OpKind> = [.constant, .input, .element, .count]

    /// Those with operands.
    static let operations = allCases.filter { !leaves.contains($0) }

    /// Those that the gradient refuses.
    static let undifferentiable: Set<OpKind> = [
        .outer, .cosine, .floor, .maximumUnits, .argmaxUnits, .oneHot, .indicators,
    ]
}

extension Graph {
    /// Applies an operation through its builder, which may simplify.
    mutating func build(_ op: Op, _ x: [NodeID]) -> NodeID {
        switch op {
        case .constant(let value): constant(value)
        case .input(let slot): input(slot)
        case .element(let slot, let index): element(slot, index)
        case .count: count()
        case .negate: negate(x[0])
        case .add: add(x[0], x[1])
        case .subtract: subtract(x[0], x[1])
        case .multiply: multiply(x[0], x[1])
        case .divide: divide(x[0], x[1])
        case .exp: exp(x[0])
        case .log: log(x[0])
        case .sqrt: sqrt(x[0])
        case .tanh: tanh(x[0])
        case .abs: abs(x[0])
        case .cosine: cosine(x[0])
        case .floor: floor(x[0])
        case .logistic: logistic(x[0])
        case .softplus: softplus(x[0])
        case .maximum: maximum(x[0], x[1])
        case .selectLess: select(x[0], lessThan: x[1], x[2], else: x[3])
        case .selectEqual: select(x[0], equals: x[1], x[2], else: x[3])
        case .detach: detach(x[0])
        case .matmul: matmul(x[0], x[1])
        case .transpose: transpose(x[0])
        case .outer: outer(x[0], x[1])
        case .sumUnits: sumUnits(x[0])
        case .maximumUnits: maximumUnits(x[0])
        case .argmaxUnits: argmaxUnits(x[0])
        case .pick: pick(x[0], at: x[1])
        case .oneHot(let n): oneHot(x[0], count: n)
        case .indicators(let counts): indicators(x[0], counts: counts)
        case .sumRows: sumRows(x[0])
        }
    }
}
