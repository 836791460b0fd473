import Lowering
import Networks
import SQLText

/// The network of a run with the parameters of an epoch, to be asked and not to be trained.
struct TrainedNetwork: Sendable {
    let lowering: Lowering
    private let weights: [String: Double]

    init(_ run: Run, _ parameters: Parameters) throws {
        // Nothing is iterated.
        let network = try TrainingRequest(run.spec).network(
            task: run.task,
            layerSizes: parameters.layerSizes,
            columns: try DatasetFacts(of: run).columns,
            iterationsPerEpoch: 1
        )
        lowering = Lowering(try TrainingStep(network))
        weights = Dictionary(uniqueKeysWithValues: zip(lowering.step.layout.names, parameters.weights))
    }

    /// The value of a hole; the parameters are all that a question has.
    subscript(_ hole: String) -> SQLValue? { weights[hole].map(SQLValue.float8) }
}
