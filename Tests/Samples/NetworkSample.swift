import Networks

/// A network with initial weights, made from a number. Consecutive numbers cover every option.
public struct NetworkSample: Sendable, CustomStringConvertible {
    /// What the sample was made from.
    public let number: Int
    public let spec: NetworkSpec
    /// In the documented order.
    public let weights: [Double]
    public let learningRate: Double

    /// How many samples it takes until every option has been used, alone and beside most of the others.
    public static let count = 35

    /// Makes the sample.
    public init(_ number: Int) {
        var random = SeededGenerator(seed: UInt64(number) &+ 0x5eed)
        let hidden = number % 4
        let head = Head.allCases[number % Head.allCases.count]
        let widths = (0..<hidden).map { _ in 1 + random.index(below: 4) }
        let activations = (0..<hidden).map { Activation.allCases[(number / 3 + $0) % Activation.allCases.count] }
        let outputs = head.outputs(classes: 2 + number % 3)
        self.number = number
        self.learningRate = [0.5, 0.1, 0.05, 0.02][(number / 2) % 4]
        let columns: [InputColumn]? = number % 5 == 2 ? [.number, .category(count: 3), .category(count: 2)] : nil
        self.spec = NetworkSpec(
            layerSizes: [columns?.reduce(0) { $0 + $1.inputs } ?? 1 + random.index(below: 5)] + widths + [outputs],
            columns: columns,
            hasRowWeights: number % 6 == 4,
            activations: activations,
            head: head,
            labelSmoothing: number % 5 == 1 ? 0.1 : 0,
            l1: number % 4 == 1 ? 1e-3 : 0,
            l2: number % 3 == 0 ? 0 : 1e-3,
            clipNorm: number % 7 == 2 ? 0.5 : nil,
            solver: Self.solvers[number / Head.allCases.count % Self.solvers.count],
            schedule: Self.schedules[number % Self.schedules.count],
            iterationsPerEpoch: 1 + number % 2
        )
        self.weights = ParameterLayout(layerSizes: spec.layerSizes).blocks.flatMap { block in
            (0..<block.count).map { _ in block.kind == .weight ? random.normal() * 0.7 : random.uniform(-0.2...0.2) }
        }
    }

    private static let schedules: [Schedule] = [
        .constant, .constant, .invscaling(power: 0.5), .exponential(gamma: 0.9), .step(size: 2, gamma: 0.5),
        .cosine(epochs: 6),
    ]

    private static let solvers: [Solver] = [
        .sgd(momentum: 0, nesterov: false),
        .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8),
        .sgd(momentum: 0.9, nesterov: false),
        .sgd(momentum: 0.9, nesterov: true),
        .rmsprop(rho: 0.9, epsilon: 1e-8),
        .adagrad(epsilon: 1e-8),
        .adamw(beta1: 0.9, beta2: 0.999, epsilon: 1e-8),
    ]

    public var description: String { "network \(number): \(spec.layerSizes) \(spec)" }
}
