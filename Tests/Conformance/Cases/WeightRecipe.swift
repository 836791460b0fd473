import Networks
import RealModule
import Samples

/// How the first weights of a case are made.
public struct WeightRecipe: Sendable, Hashable, Codable {
    /// How large they are.
    public enum Magnitude: Sendable, Hashable, Codable {
        /// All the same: 0, or units that can't be told from each other.
        case same(value: Double)
        case normal(deviation: Double)
        /// Ten to a power between the two, either sign, some of them 0.
        case decades(low: Double, high: Double)

        func draw(_ random: inout SeededGenerator) -> Double {
            switch self {
            case .same(let value): return value
            case .normal(let deviation): return random.normal() * deviation
            case .decades(let low, let high):
                let magnitude = Double.exp10(random.uniform(low...high))
                switch random.index(below: 8) {
                case 0: return 0
                case 1..<5: return magnitude
                default: return -magnitude
                }
            }
        }
    }

    public var weights: Magnitude
    public var biases: Magnitude

    /// Weights whose products would underflow are 0, as they are when a run begins and after every iteration.
    func make(for network: NetworkSpec, _ random: SeededGenerator) -> [Double] {
        var random = random
        let threshold = TrainingStep.weightThreshold(layers: network.layerSizes.count - 1)
        return ParameterLayout(layerSizes: network.layerSizes).blocks.flatMap { block in
            (0..<block.count).map { _ in
                let value = (block.kind == .weight ? weights : biases).draw(&random)
                return abs(value) < threshold ? 0 : value
            }
        }
    }
}
