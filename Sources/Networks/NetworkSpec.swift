/// A feed-forward network: layers, what it learns from, and how.
///
/// The layers' widths are in `layerSizes`: inputs first, outputs last. Anything that could not be trained is refused
/// by `validate()`, which names the field.
public struct NetworkSpec: Sendable, Hashable, Codable {
    /// Units per layer: inputs, hidden layers, outputs.
    public var layerSizes: [Int]
    /// One per hidden layer.
    public var activations: [Activation]
    /// What the outputs mean and what is minimised.
    public var head: Head
    /// Adds l2/2 · ΣW² to the mean loss; biases are left out.
    public var l2: Double
    /// How gradients become steps.
    public var solver: Solver

    /// Describes a network.
    public init(layerSizes: [Int], activations: [Activation], head: Head, l2: Double = 0, solver: Solver) {
        self.layerSizes = layerSizes
        self.activations = activations
        self.head = head
        self.l2 = l2
        self.solver = solver
    }

    /// Refuses what could not be trained.
    /// - Throws: `NetworkSpecError`, naming the field and the values that would do.
    public func validate() throws(NetworkSpecError) {
        guard layerSizes.count >= 2 else { throw NetworkSpecError("layer_sizes", "needs inputs and outputs") }
        if let width = layerSizes.dropFirst().dropLast().first(where: { $0 < 1 }) {
            throw NetworkSpecError("hidden_layer_sizes", "has a layer of \(width) units; every layer needs at least 1")
        }
        guard layerSizes[0] >= 1 else { throw NetworkSpecError("features", "at least one is needed") }
        let outputs = layerSizes[layerSizes.count - 1]
        switch head {
        case .softmaxCrossEntropy where outputs < 2:
            throw NetworkSpecError("label", "classification needs at least two classes")
        case .squaredError where outputs != 1: throw NetworkSpecError("label", "regression has exactly one output")
        default: break
        }
        guard activations.count == layerSizes.count - 2 else {
            throw NetworkSpecError(
                "activation",
                "has \(activations.count) entries for \(layerSizes.count - 2) hidden layers; give one, or one per layer"
            )
        }
        guard l2 >= 0, l2.isFinite else { throw NetworkSpecError("l2_reg", "is \(l2); it must be 0 or more") }
        try solver.validate()
    }
}

/// What a hidden unit does with the sum of its inputs.
public enum Activation: String, Sendable, Hashable, Codable, CaseIterable {
    case relu
    case tanh
    case logistic
    case identity
}

/// What the outputs mean, and the loss per row.
public enum Head: String, Sendable, Hashable, Codable, CaseIterable {
    /// Outputs are one score per class; the loss is −ln of the softmax probability of the labelled class.
    case softmaxCrossEntropy = "cross_entropy"
    /// One output; the loss is half the squared difference to the label, as in scikit-learn.
    case squaredError = "squared_error"
}

/// How gradients become steps.
public enum Solver: Sendable, Hashable, Codable {
    /// Stochastic gradient descent: v ← momentum·v − rate·g; w ← w + v, or w + momentum·v − rate·g with Nesterov.
    case sgd(momentum: Double, nesterov: Bool)
    /// Adam, with bias correction (Kingma and Ba 2015, algorithm 1).
    case adam(beta1: Double, beta2: Double, epsilon: Double)

    func validate() throws(NetworkSpecError) {
        switch self {
        case .sgd(let momentum, _):
            guard momentum >= 0, momentum < 1 else {
                throw NetworkSpecError("momentum", "is \(momentum); it must be at least 0 and below 1")
            }
        case .adam(let beta1, let beta2, let epsilon):
            guard beta1 >= 0, beta1 < 1 else {
                throw NetworkSpecError("beta1", "is \(beta1); it must be at least 0 and below 1")
            }
            guard beta2 >= 0, beta2 < 1 else {
                throw NetworkSpecError("beta2", "is \(beta2); it must be at least 0 and below 1")
            }
            guard epsilon > 0, epsilon.isFinite else {
                throw NetworkSpecError("epsilon", "is \(epsilon); it must be above 0")
            }
        }
    }
}

/// A network that can't be trained, and why.
public struct NetworkSpecError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field of the request at fault.
    public let field: String
    /// What is wrong with it.
    public let reason: String

    init(_ field: String, _ reason: String) {
        self.field = field
        self.reason = reason
    }

    public var description: String { "\(field) \(reason)" }
}
