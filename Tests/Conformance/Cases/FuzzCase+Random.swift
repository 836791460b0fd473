import Lowering
import Networks
import RealModule
import Samples

extension FuzzCase {
    /// The case of a number: the same seed and number are the same case, whatever else was run.
    /// - Parameter check: nil lets the number decide.
    public init(seed: UInt64, number: Int, check: Check? = nil) {
        var mixed = SeededGenerator(seed: seed)
        var random = SeededGenerator(seed: mixed.next() &+ UInt64(number) &* 0x9fb2_1c65_1e98_df25)
        let check = check ?? [.gradient, .shape, .range, .shape, .gradient][number % 5]
        let network = Self.network(&random)
        let shapes = StatementShape.allCases
        let shape = shapes[random.index(below: shapes.count)]
        var rows = RowRecipe(
            count: 1 + random.index(below: random.index(below: 3) == 0 ? 3 : 14),
            columns: (0..<network.columnCount).map { _ in random.one(of: Self.columns) },
            labels: random.one(of: [.signal, .signal, .random, .same, .large])
        )
        // The article's form has no batches.
        if check != .gradient, shape != .window, random.index(below: 3) == 0 {
            rows.batchSize = 1 + random.index(below: rows.count)
        }
        self.init(
            check: check,
            network: network,
            weights: check == .range ? Self.extremeWeights(network, &random) : Self.weights(&random),
            rows: rows,
            learningRate: check == .range
                ? Double.exp10(random.uniform(-20...0)) : random.one(of: [0.5, 0.1, 0.05, 0.02, 0.001]),
            shape: check == .gradient ? nil : shape,
            blocks: check == .gradient ? [] : Self.blocks(check == .range ? 1 + random.index(below: 3) : 10, &random),
            seed: random.next()
        )
    }

    private static let columns: [SampleRows.Column] = [
        .normal, .normal, .normal, .ties, .ties, .zeros, .zeros, .constant, .constant, .large, .millions,
    ]

    private static func network(_ random: inout SeededGenerator) -> NetworkSpec {
        let hidden = random.one(of: [0, 1, 1, 1, 2, 2, 3, 4])
        let head = random.one(of: Head.allCases)
        let widths = (0..<hidden).map { _ in random.one(of: [1, 2, 2, 3, 4]) }
        let columns: [InputColumn]? =
            random.index(below: 3) > 0
            ? nil
            : (0...random.index(below: 3)).map { _ in
                random.one(of: [.number, .category(count: 1), .category(count: 3)])
            }
        return NetworkSpec(
            layerSizes: [columns?.reduce(0) { $0 + $1.inputs } ?? 1 + random.index(below: 4)] + widths
                + [head.outputs(classes: random.one(of: [2, 2, 3, 4]))],
            columns: columns,
            hasRowWeights: random.index(below: 4) == 0,
            activations: widths.map { _ in random.one(of: Activation.allCases) },
            head: head,
            labelSmoothing: random.one(of: [0, 0, 0.1]),
            l1: random.one(of: [0, 0, 0, 1e-3]),
            l2: random.one(of: [0, 0, 1e-3, 1e-6, 0.3]),
            clipNorm: random.one(of: [nil, nil, nil, 0.5]),
            solver: solver(&random),
            schedule: random.one(
                of: [
                    .constant, .constant, .constant, .invscaling(power: 0.5), .exponential(gamma: 0.9),
                    .step(size: 2, gamma: 0.5), .cosine(epochs: 5),
                ]
            ),
            iterationsPerEpoch: random.one(of: [1, 1, 3])
        )
    }

    private static func solver(_ random: inout SeededGenerator) -> Solver {
        let epsilon = random.one(of: [1e-8, 1e-8, 1e-3])
        let (beta1, beta2) = (random.one(of: [0.9, 0.9, 0, 0.5]), random.one(of: [0.999, 0.999, 0, 0.9]))
        return switch random.index(below: 6) {
        case 0: .sgd(momentum: 0, nesterov: false)
        case 1: .sgd(momentum: random.one(of: [0.9, 0.5, 0.999]), nesterov: random.index(below: 2) == 0)
        case 2: .rmsprop(rho: random.one(of: [0.9, 0.9, 0, 0.5]), epsilon: epsilon)
        case 3: .adagrad(epsilon: epsilon)
        case 4: .adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
        default: .adamw(beta1: beta1, beta2: beta2, epsilon: epsilon)
        }
    }

    private static func weights(_ random: inout SeededGenerator) -> WeightRecipe {
        let magnitudes: [WeightRecipe.Magnitude] = [
            .normal(deviation: 0.7), .normal(deviation: 0.7), .normal(deviation: 0.7), .normal(deviation: 1e-3),
            .normal(deviation: 5), .same(value: 0), .same(value: 0.3),
        ]
        return WeightRecipe(
            weights: random.one(of: magnitudes),
            biases: random.one(of: [.same(value: 0), .normal(deviation: 0.2), .normal(deviation: 2)])
        )
    }

    /// From the smallest weight there is to the largest that training goes on with.
    private static func extremeWeights(_ network: NetworkSpec, _ random: inout SeededGenerator) -> WeightRecipe {
        let threshold = TrainingStep.weightThreshold(layers: network.layerSizes.count - 1)
        func decades() -> WeightRecipe.Magnitude {
            let lowest = Double.log10(threshold)
            let ends = [random.uniform(lowest...100), random.uniform(lowest...100)].sorted()
            switch random.index(below: 6) {
            case 0: return .decades(low: lowest, high: 100)
            case 1: return .decades(low: lowest, high: lowest + 2)
            case 2: return .decades(low: 0, high: random.uniform(1...100))
            case 3: return .decades(low: -1, high: random.uniform(1...5))
            default: return .decades(low: ends[0], high: ends[1])
            }
        }
        return WeightRecipe(weights: decades(), biases: decades())
    }

    /// Any division of the iterations into statements.
    private static func blocks(_ iterations: Int, _ random: inout SeededGenerator) -> [Int] {
        var blocks: [Int] = []
        var left = iterations
        while left > 0 {
            let block = random.index(below: 4) == 0 ? left : 1 + random.index(below: left)
            blocks.append(block)
            left -= block
        }
        return blocks
    }
}
