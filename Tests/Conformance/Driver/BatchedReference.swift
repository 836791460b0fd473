import Networks
import Samples

/// The interpreter on one batch after the other: rows in their order, the last batch may be smaller.
public struct BatchedReference {
    public private(set) var training: ReferenceTraining
    private let rows: SampleRows
    private let batchSize: Int
    private var batch = 0

    public init(_ step: TrainingStep, weights: [Double], rows: SampleRows, batchSize: Int) {
        training = ReferenceTraining(step: step, weights: weights)
        self.rows = rows
        self.batchSize = batchSize
    }

    /// Iterates on the next batch.
    /// - Returns: its loss and metric, and how many rows it has.
    public mutating func iterate(learningRate: Double) -> (loss: Double, metric: Double, rows: Int) {
        let range = batch * batchSize..<min((batch + 1) * batchSize, rows.count)
        batch = range.upperBound == rows.count ? 0 : batch + 1
        let (loss, metric) = training.iterate(
            features: Array(rows.features[range.lowerBound * rows.width..<range.upperBound * rows.width]),
            labels: Array(rows.labels[range]),
            rowWeights: rows.rowWeights.map { Array($0[range]) },
            learningRate: learningRate
        )
        return (loss, metric, range.count)
    }
}
