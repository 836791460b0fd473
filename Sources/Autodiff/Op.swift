/// What a node computes. Adding one is a case here and a line in each table: `Graph+Shapes` (shape), `Gradient`
/// (derivative), `Interpreter` (meaning), `Unrolling` (scalar form) and the renderer in `Lowering` (SQL).
///
/// Element-wise operations accept operands of equal shape, or scalars beside a vector or matrix.
public enum Op: Hashable, Sendable {
    // Leaves
    case constant(Double)
    /// A value given from outside: data, a weight, the learning rate.
    case input(Slot)
    /// One number of an input, in the scalar graph.
    case element(Slot, Int)
    /// The number of rows.
    case count

    // Element-wise
    case negate, add, subtract, multiply, divide
    /// e to the power of max(x, −100): PostgreSQL raises an error where IEEE arithmetic would underflow to 0.
    case exp
    case log, sqrt, tanh, abs
    /// The cosine, without a derivative: only the learning rate has one.
    case cosine
    /// The largest whole number that is not above; without a derivative likewise.
    case floor
    /// 1 / (1 + e to the power of −x), x clamped to ±100 for the same reason.
    case logistic
    /// ln(1 + e to the power of x), as max(x, 0) + ln(1 + e to the power of −|x|), which never overflows.
    case softplus
    case maximum
    /// Operands a, b, x, y: x where a < b, else y.
    case selectLess
    /// Operands a, b, x, y: x where a = b, else y.
    case selectEqual
    /// The operand, taken as a constant by the gradient.
    case detach

    // Units
    /// (n) · (n, m) → (m)
    case matmul
    /// (n, m) → (m, n)
    case transpose
    /// (n), (m) → (n, m)
    case outer
    case sumUnits
    case maximumUnits
    /// The index of the first largest unit.
    case argmaxUnits
    /// Operands vector and index: the unit at the index.
    case pick
    /// Operand index: a vector with 1 at the index and 0 elsewhere.
    case oneHot(Int)
    /// Operand: a vector whose units are numbers and indexes. A number (0 here) stays one unit; an index of n categories
    /// (n here) becomes n units, 1 at the index and 0 elsewhere, so all 0 for an index beyond them. Data only: it has no
    /// derivative.
    case indicators([Int])

    // Rows
    /// The sum over all rows; turns a value per row into one per data set.
    case sumRows
}

/// Whether there is one value per row of the data or one for the whole data set.
public enum Scope: Int, Hashable, Sendable, Comparable {
    case global
    case row

    public static func < (left: Scope, right: Scope) -> Bool { left.rawValue < right.rawValue }
}

/// The shape of one value: of a row's value for `Scope.row`.
public enum UnitShape: Hashable, Sendable, CustomStringConvertible {
    case scalar
    case vector(Int)
    case matrix(Int, Int)

    /// How many numbers it holds.
    public var count: Int {
        switch self {
        case .scalar: 1
        case .vector(let n): n
        case .matrix(let n, let m): n * m
        }
    }

    public var description: String {
        switch self {
        case .scalar: "()"
        case .vector(let n): "(\(n))"
        case .matrix(let n, let m): "(\(n), \(m))"
        }
    }
}

/// A value that comes from outside the graph.
public struct Slot: Hashable, Sendable {
    /// A name that is unique in its graph.
    public let name: String
    /// One per row, or one for all.
    public let scope: Scope
    /// The shape of one value.
    public let shape: UnitShape

    /// Describes an input.
    public init(name: String, scope: Scope, shape: UnitShape) {
        self.name = name
        self.scope = scope
        self.shape = shape
    }
}
