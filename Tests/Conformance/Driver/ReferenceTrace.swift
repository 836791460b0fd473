import Networks
import Samples

/// What the interpreter makes of a network, iteration by iteration.
public struct ReferenceTrace {
    /// Before the first iteration and after each.
    public private(set) var states: [ReferenceTraining] = []
    /// Loss and metric of the weights before each iteration.
    public private(set) var measures: [(loss: Double, metric: Double)] = []

    public init(
        _ step: TrainingStep,
        weights: [Double],
        rows: SampleRows,
        learningRate: Double,
        iterations: Int
    ) {
        var training = ReferenceTraining(step: step, weights: weights)
        states.append(training)
        for _ in 0..<iterations {
            measures.append(
                training.iterate(
                    features: rows.features,
                    labels: rows.labels,
                    rowWeights: rows.rowWeights,
                    learningRate: learningRate
                )
            )
            states.append(training)
        }
    }
}
