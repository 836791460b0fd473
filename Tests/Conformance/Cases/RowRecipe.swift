import Networks
import Samples

/// How the rows of a case are made.
public struct RowRecipe: Sendable, Hashable, Codable {
    /// What the labels look like.
    public enum Labels: String, Sendable, Hashable, Codable, CaseIterable {
        /// They follow from the features, for the most part.
        case signal
        /// Nothing to be learned.
        case random
        /// The same in every row.
        case same
        /// Values of a regression up to a million; classes at random.
        case large
    }

    public var count: Int
    /// What the features look like, repeated as often as there are features.
    public var columns: [SampleRows.Column]
    public var labels: Labels
    /// Rows per iteration; nil for all of them. The last batch of an epoch may be smaller.
    public var batchSize: Int?

    /// Iterations per epoch.
    var batches: Int { batchSize.map { (count + $0 - 1) / $0 } ?? 1 }

    /// Whether sums are as large as a million and more.
    var isWide: Bool { labels == .large || columns.contains(.large) || columns.contains(.millions) }

    /// A smaller count gives the first of the same rows.
    func make(for network: NetworkSpec, _ random: SeededGenerator) -> SampleRows {
        var random = random
        var weighing = random
        var features: [Double] = []
        var values: [Double] = []
        for _ in 0..<count {
            let row = SampleRows.row(network, columns, &random)
            let noise = random.normal()
            let signal =
                switch labels {
                case .signal: SampleRows.signal(row, noise: noise * 0.3)
                case .random: noise * 2
                case .same: 0.5
                case .large: network.head.isClassification ? noise * 2 : noise * 1e6
                }
            features += row
            values.append(SampleRows.label(network, signal))
        }
        // A stream of their own, so that fewer rows are the first of the same.
        let rowWeights = network.hasRowWeights ? values.map { _ in weighing.one(of: SampleRows.weights) } : nil
        return SampleRows(features: features, labels: values, width: network.columnCount, rowWeights: rowWeights)
    }
}
