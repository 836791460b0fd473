import Networks
import Samples
import Testing

@Suite struct NetworkSpecTests {
    private static let article = NetworkSpec(
        layerSizes: [2, 2, 2],
        activations: [.relu],
        head: .softmaxCrossEntropy,
        l2: 1e-3,
        solver: .sgd(momentum: 0, nesterov: false)
    )

    private static func changed(_ change: (inout NetworkSpec) -> Void) -> NetworkSpec {
        var spec = article
        change(&spec)
        return spec
    }

    private static let refused: [(NetworkSpec, String)] = [
        (changed { $0.layerSizes = [2] }, "layer_sizes needs inputs and outputs"),
        (changed { $0.layerSizes = [] }, "layer_sizes needs inputs and outputs"),
        (
            changed { $0.layerSizes = [2, 0, 2] },
            "hidden_layer_sizes has a layer of 0 units; every layer needs at least 1"
        ),
        (
            changed { $0.layerSizes = [2, -3, 2] },
            "hidden_layer_sizes has a layer of -3 units; every layer needs at least 1"
        ),
        (changed { $0.layerSizes = [0, 2, 2] }, "features at least one is needed"),
        (changed { $0.layerSizes = [2, 2, 1] }, "label classification needs at least two classes"),
        (changed { $0.head = .squaredError }, "label regression has exactly one output"),
        (
            changed { $0.activations = [] },
            "activation has 0 entries for 1 hidden layers; give one, or one per layer"
        ),
        (
            changed { $0.activations = [.relu, .tanh] },
            "activation has 2 entries for 1 hidden layers; give one, or one per layer"
        ),
        (changed { $0.l2 = -1 }, "l2_reg is -1.0; it must be 0 or more"),
        (changed { $0.l2 = .infinity }, "l2_reg is inf; it must be 0 or more"),
        (changed { $0.l2 = .nan }, "l2_reg is nan; it must be 0 or more"),
        (
            changed { $0.solver = .sgd(momentum: 1, nesterov: false) },
            "momentum is 1.0; it must be at least 0 and below 1"
        ),
        (
            changed { $0.solver = .sgd(momentum: -0.1, nesterov: true) },
            "momentum is -0.1; it must be at least 0 and below 1"
        ),
        (
            changed { $0.solver = .adam(beta1: 1, beta2: 0.9, epsilon: 1e-8) },
            "beta1 is 1.0; it must be at least 0 and below 1"
        ),
        (
            changed { $0.solver = .adam(beta1: 0.9, beta2: .nan, epsilon: 1e-8) },
            "beta2 is nan; it must be at least 0 and below 1"
        ),
        (changed { $0.solver = .adam(beta1: 0.9, beta2: 0.9, epsilon: 0) }, "epsilon is 0.0; it must be above 0"),
        (changed { $0.solver = .adagrad(epsilon: 0) }, "epsilon is 0.0; it must be above 0"),
        (
            changed { $0.solver = .rmsprop(rho: 1, epsilon: 1e-8) }, "rho is 1.0; it must be at least 0 and below 1"
        ),
        (changed { $0.head = .logistic }, "loss logistic has exactly one output"),
        (changed { $0.schedule = .exponential(gamma: 0) }, "gamma is 0.0; it must be above 0 and at most 1"),
        (changed { $0.schedule = .step(size: 0, gamma: 0.5) }, "step_size is 0; it must be at least 1"),
        (changed { $0.l1 = -1 }, "l1_reg is -1.0; it must be 0 or more"),
        (changed { $0.clipNorm = 0 }, "clip_norm is 0.0; it must be above 0"),
        (changed { $0.labelSmoothing = 1 }, "label_smoothing is 1.0; it must be at least 0 and below 1"),
    ]

    @Test(arguments: refused.indices)
    func saysWhatCannotBeTrained(_ index: Int) throws {
        let (spec, message) = Self.refused[index]
        let error = try #require(throws: NetworkSpecError.self) { try spec.validate() }
        #expect(error.description == message)
        #expect(message.hasPrefix(error.field))
        // A step of it can't be built either.
        #expect(throws: error) { try TrainingStep(spec) }
    }

    @Test func takesWhatCanBeTrained() throws {
        try Self.article.validate()
        try Self.changed { ($0.layerSizes, $0.activations) = ([1, 2], []) }.validate()
        for number in 0..<NetworkSample.count { try NetworkSample(number).spec.validate() }
    }

    /// The samples that other tests lean on really have every option.
    @Test func theSamplesCoverEveryOption() {
        let specs = (0..<NetworkSample.count).map { NetworkSample($0).spec }
        #expect(Set(specs.map { $0.layerSizes.count - 2 }) == [0, 1, 2, 3])
        #expect(Set(specs.flatMap(\.activations)) == Set(Activation.allCases))
        #expect(Set(specs.map(\.head)) == Set(Head.allCases))
        #expect(Set(specs.map(\.l2)) == [0, 1e-3])
        #expect(Set(specs.map(\.l1)) == [0, 1e-3])
        #expect(Set(specs.map(\.labelSmoothing)) == [0, 0.1])
        #expect(Set(specs.map(\.clipNorm)) == [nil, 0.5])
        #expect(Set(specs.map(\.solver)).count == 7)
        #expect(Set(specs.map(\.schedule)).count == 5)
        let pairs = Set(specs.map { "\($0.head) \($0.solver)" })
        #expect(pairs.count == 35, "every solver with every head")
    }
}
