/// What the outputs mean, and the loss per row.
public enum Head: String, Sendable, Hashable, Codable, CaseIterable {
    /// Outputs are one score per class; the loss is −ln of the softmax probability of the labelled class.
    case softmaxCrossEntropy = "cross_entropy"
    /// Two classes and one output, the logit of the second; the loss is −ln of the probability of the labelled class.
    case logistic
    /// One output; the loss is half the squared difference to the label, as in scikit-learn.
    case squaredError = "squared_error"
    /// One output; the loss is the magnitude of the difference.
    case absoluteError = "absolute_error"
    /// One output; the loss is half the squared difference up to 1, and the magnitude less ½ beyond (Huber 1964, δ = 1).
    case huber

    /// Whether labels are class indexes.
    public var isClassification: Bool {
        switch self {
        case .softmaxCrossEntropy, .logistic: true
        case .squaredError, .absoluteError, .huber: false
        }
    }

    /// How many outputs a network has.
    /// - Parameter classes: how many the label has; nothing to a regression.
    public func outputs(classes: Int) -> Int { self == .softmaxCrossEntropy ? classes : 1 }

    func validate(outputs: Int) throws(NetworkSpecError) {
        switch self {
        case .softmaxCrossEntropy where outputs < 2:
            throw NetworkSpecError("label", "classification needs at least two classes")
        case .logistic where outputs != 1: throw NetworkSpecError("loss", "logistic has exactly one output")
        case .squaredError where outputs != 1, .absoluteError where outputs != 1, .huber where outputs != 1:
            throw NetworkSpecError("label", "regression has exactly one output")
        default: break
        }
    }
}
