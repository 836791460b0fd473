import Autodiff
import RealModule

/// What hidden units do with their sums. Each is safe for any sum: nothing overflows or underflows that a server would
/// raise an error for.
extension Graph {
    mutating func activate(_ activation: Activation, _ x: NodeID) -> NodeID {
        switch activation {
        case .relu: maximum(x, constant(0))
        case .leakyRelu: maximum(x, multiply(constant(0.01), x))
        case .elu: elu(x)
        case .gelu: gelu(x)
        case .softplus: softplus(x)
        case .tanh: tanh(x)
        case .logistic: logistic(x)
        case .identity: x
        }
    }

    /// x above 0, e^x − 1 below. The exponent is never positive.
    private mutating func elu(_ x: NodeID) -> NodeID {
        let zero = constant(0)
        let below = select(zero, lessThan: x, zero, else: x)
        return select(zero, lessThan: x, x, else: subtract(exp(below), constant(1)))
    }

    /// x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))).
    ///
    /// Beyond ±10 the tanh is ±1 to the last digit; the cube of a sum that is nearer to 0 than 1e-50 is not felt.
    private mutating func gelu(_ x: NodeID) -> NodeID {
        let near = negate(maximum(negate(maximum(x, constant(-10))), constant(-10)))
        let felt = flush(near, below: 1e-50)
        let cube = multiply(multiply(felt, felt), felt)
        let bent = add(near, multiply(constant(0.044715), cube))
        let share = add(constant(1), tanh(multiply(constant(Double.sqrt(2 / Double.pi)), bent)))
        return multiply(multiply(constant(0.5), x), share)
    }
}
