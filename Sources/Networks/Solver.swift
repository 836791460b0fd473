/// How gradients become steps. g is the gradient, w a parameter; operations on vectors are element by element.
public enum Solver: Sendable, Hashable, Codable {
    /// Stochastic gradient descent: v ← momentum·v − rate·g; w ← w + v, or w + momentum·v − rate·g with Nesterov.
    case sgd(momentum: Double, nesterov: Bool)
    /// RMSProp: s ← rho·s + (1 − rho)·g²; w ← w − rate·g / (√s + epsilon) (Tieleman and Hinton 2012, lecture 6.5; ε as in
    /// PyTorch).
    case rmsprop(rho: Double, epsilon: Double)
    /// AdaGrad: s ← s + g²; w ← w − rate·g / (√s + epsilon) (Duchi, Hazan and Singer 2011, with a diagonal matrix).
    case adagrad(epsilon: Double)
    /// Adam, with bias correction (Kingma and Ba 2015, algorithm 1).
    case adam(beta1: Double, beta2: Double, epsilon: Double)
    /// Adam with decoupled weight decay: the L2 regularisation is left out of the gradient, and weights lose rate·l2·w
    /// besides (Loshchilov and Hutter 2019, algorithm 2, without their schedule).
    case adamw(beta1: Double, beta2: Double, epsilon: Double)

    /// Whether weights decay by themselves instead of through the loss.
    var decaysWeights: Bool {
        if case .adamw = self { true } else { false }
    }

    func validate() throws(NetworkSpecError) {
        switch self {
        case .sgd(let momentum, _): try Self.check("momentum", share: momentum)
        case .rmsprop(let rho, let epsilon):
            try Self.check("rho", share: rho)
            try Self.check(epsilon: epsilon)
        case .adagrad(let epsilon): try Self.check(epsilon: epsilon)
        case .adam(let beta1, let beta2, let epsilon), .adamw(let beta1, let beta2, let epsilon):
            try Self.check("beta1", share: beta1)
            try Self.check("beta2", share: beta2)
            try Self.check(epsilon: epsilon)
        }
    }

    private static func check(_ name: String, share: Double) throws(NetworkSpecError) {
        guard share >= 0, share < 1 else {
            throw NetworkSpecError(name, "is \(share); it must be at least 0 and below 1")
        }
    }

    private static func check(epsilon: Double) throws(NetworkSpecError) {
        guard epsilon > 0, epsilon.isFinite else {
            throw NetworkSpecError("epsilon", "is \(epsilon); it must be above 0")
        }
    }
}
