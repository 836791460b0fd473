import Lowering
import SQLText

/// The values of a training statement's holes for a given epoch, between two epochs.
struct HoleValues {
    private let parameters: Parameters
    private let learningRate: Double
    private let batches: Int
    private let iterations: Int
    private let weights: [String: Double]

    init(_ parameters: Parameters, _ request: TrainingRequest, _ batching: Batching, iterations: Int) {
        self.parameters = parameters
        self.iterations = iterations
        learningRate = request.learningRate
        batches = batching.count
        weights = Dictionary(uniqueKeysWithValues: zip(parameters.layout.names, parameters.weights))
    }

    /// The value of a hole with the solver state given, or with one of zeros.
    subscript(_ hole: String, state count: Int) -> SQLValue? {
        self[hole, state: [Double](repeating: 0, count: count)]
    }

    /// The value of a hole.
    subscript(_ hole: String, state state: [Double]) -> SQLValue? {
        if let weight = weights[hole] { return .float8(weight) }
        switch hole {
        case HoleName.weights: return .float8Array(parameters.weights)
        case HoleName.state: return .float8Array(state)
        case HoleName.learningRate: return .float8(learningRate)
        case HoleName.iteration: return .float8(Double(parameters.epoch * batches + 1))
        case HoleName.iterations: return .int8(Int64(iterations))
        case HoleName.batch: return .int8(0)
        case HoleName.seenLoss, HoleName.seenMetric, HoleName.seenRows: return .float8(0)
        default: return nil
        }
    }
}
