/// A feed-forward network: layers, what it learns from, and how.
///
/// The layers' widths are in `layerSizes`: inputs first, outputs last. Anything that could not be trained is refused
/// by `validate()`, which names the field.
public struct NetworkSpec: Sendable, Hashable, Codable {
    /// Units per layer: inputs, hidden layers, outputs.
    public var layerSizes: [Int]
    /// The columns of the data, whose inputs follow one another; nil if each input is a column of numbers.
    public var columns: [InputColumn]?
    /// Whether every row has a weight in the loss.
    public var hasRowWeights: Bool
    /// One per hidden layer.
    public var activations: [Activation]
    /// What the outputs mean and what is minimised.
    public var head: Head
    /// The share of a label's claim that is spread over all classes.
    public var labelSmoothing: Double
    /// Adds l1 · Σ|W| to the mean loss; biases are left out.
    public var l1: Double
    /// Adds l2/2 · ΣW² to the mean loss; biases are left out. With adamw weights decay by l2 instead.
    public var l2: Double
    /// The largest norm of the gradient that the solver is given; nil for any.
    public var clipNorm: Double?
    /// How gradients become steps.
    public var solver: Solver
    /// How the learning rate changes.
    public var schedule: Schedule
    /// How many iterations the schedule takes for an epoch.
    public var iterationsPerEpoch: Int

    /// Describes a network.
    public init(
        layerSizes: [Int],
        columns: [InputColumn]? = nil,
        hasRowWeights: Bool = false,
        activations: [Activation],
        head: Head,
        labelSmoothing: Double = 0,
        l1: Double = 0,
        l2: Double = 0,
        clipNorm: Double? = nil,
        solver: Solver,
        schedule: Schedule = .constant,
        iterationsPerEpoch: Int = 1
    ) {
        self.layerSizes = layerSizes
        self.columns = columns
        self.hasRowWeights = hasRowWeights
        self.activations = activations
        self.head = head
        self.labelSmoothing = labelSmoothing
        self.l1 = l1
        self.l2 = l2
        self.clipNorm = clipNorm
        self.solver = solver
        self.schedule = schedule
        self.iterationsPerEpoch = iterationsPerEpoch
    }

    /// Refuses what could not be trained.
    /// - Throws: `NetworkSpecError`, naming the field and the values that would do.
    public func validate() throws(NetworkSpecError) {
        guard layerSizes.count >= 2 else { throw NetworkSpecError("layer_sizes", "needs inputs and outputs") }
        if let width = layerSizes.dropFirst().dropLast().first(where: { $0 < 1 }) {
            throw NetworkSpecError("hidden_layer_sizes", "has a layer of \(width) units; every layer needs at least 1")
        }
        guard layerSizes[0] >= 1 else { throw NetworkSpecError("features", "at least one is needed") }
        if let columns {
            if columns.contains(.category(count: 0)) { throw NetworkSpecError("columns", "has one without categories") }
            let inputs = columns.reduce(0) { $0 + $1.inputs }
            guard inputs == layerSizes[0] else {
                throw NetworkSpecError("columns", "make \(inputs) inputs, and the network has \(layerSizes[0])")
            }
        }
        try head.validate(outputs: layerSizes[layerSizes.count - 1])
        guard activations.count == layerSizes.count - 2 else {
            throw NetworkSpecError(
                "activation",
                "has \(activations.count) entries for \(layerSizes.count - 2) hidden layers; give one, or one per layer"
            )
        }
        guard labelSmoothing >= 0, labelSmoothing < 1 else {
            throw NetworkSpecError("label_smoothing", "is \(labelSmoothing); it must be at least 0 and below 1")
        }
        guard l1 >= 0, l1.isFinite else { throw NetworkSpecError("l1_reg", "is \(l1); it must be 0 or more") }
        guard l2 >= 0, l2.isFinite else { throw NetworkSpecError("l2_reg", "is \(l2); it must be 0 or more") }
        if let clipNorm, !(clipNorm > 0 && clipNorm.isFinite) {
            throw NetworkSpecError("clip_norm", "is \(clipNorm); it must be above 0")
        }
        guard iterationsPerEpoch >= 1 else {
            throw NetworkSpecError("batch_size", "leaves an epoch without iterations")
        }
        try solver.validate()
        try schedule.validate()
    }
}

/// What a hidden unit does with the sum of its inputs.
public enum Activation: String, Sendable, Hashable, Codable, CaseIterable {
    /// max(x, 0)
    case relu
    /// x, or 0.01·x below 0
    case leakyRelu = "leaky_relu"
    /// x, or e^x − 1 below 0
    case elu
    /// x times the probability that a normal number is below x, in the form with tanh (Hendrycks and Gimpel 2016)
    case gelu
    /// ln(1 + e^x)
    case softplus
    case tanh
    /// 1 / (1 + e^−x)
    case logistic
    case identity

    /// Whether it passes on what is positive and little else, so that sums have half the variance behind it.
    public var isRectifier: Bool {
        switch self {
        case .relu, .leakyRelu, .elu, .gelu, .softplus: true
        case .tanh, .logistic, .identity: false
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
