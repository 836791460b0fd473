import Networks

/// Rows to train a network on, made from a seed.
public struct SampleRows: Sendable {
    /// Row-major.
    public let features: [Double]
    /// Class indexes or values.
    public let labels: [Double]
    /// Features per row.
    public let width: Int
    /// What each row counts in the loss, if the network has row weights.
    public let rowWeights: [Double]?

    public var count: Int { labels.count }

    /// What a column looks like.
    public enum Column: String, Sendable, Hashable, Codable, CaseIterable {
        /// Normal numbers.
        case normal
        /// Quarters, so that many rows are equal.
        case ties
        /// Half of it zeros.
        case zeros
        /// The same number in every row.
        case constant
        /// A few values of a million, either sign.
        case large
        /// A million in every row, either sign.
        case millions

        /// A number of the column.
        public func value(_ random: inout SeededGenerator) -> Double {
            switch self {
            case .normal: random.normal()
            case .ties: (random.normal() * 4).rounded() / 4
            case .zeros: random.index(below: 2) == 0 ? 0 : random.normal()
            case .constant: 2.5
            case .large:
                switch random.index(below: 50) {
                case 0: 1e6
                case 1: -1e6
                default: random.normal()
                }
            case .millions: random.index(below: 2) == 0 ? 1e6 : -1e6
            }
        }
    }

    /// Takes rows as they are.
    public init(features: [Double], labels: [Double], width: Int, rowWeights: [Double]? = nil) {
        self.features = features
        self.labels = labels
        self.width = width
        self.rowWeights = rowWeights
    }

    /// Rows for a network.
    /// - Parameter columns: what the features look like, repeated as often as there are features.
    public init(for spec: NetworkSpec, count: Int, seed: UInt64, columns: [Column] = [.normal, .ties, .zeros]) {
        var random = SeededGenerator(seed: seed)
        let width = spec.columnCount
        var features: [Double] = []
        var labels: [Double] = []
        for _ in 0..<count {
            let row = Self.row(spec, columns, &random)
            // The label follows from the features, for the most part.
            labels.append(Self.label(spec, Self.signal(row, noise: random.normal() * 0.3)))
            features += row
        }
        self.features = features
        self.labels = labels
        self.width = width
        rowWeights = spec.hasRowWeights ? labels.map { _ in random.one(of: Self.weights) } : nil
    }

    /// The article's data: x1, x2 normal, y = 1 where x1 + x2 > 0.
    public init(articleRows count: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        features = (0..<2 * count).map { _ in random.normal() }
        labels = (0..<count).map { [features] in features[2 * $0] + features[2 * $0 + 1] > 0 ? 1 : 0 }
        width = 2
        rowWeights = nil
    }

    /// Weights of rows: some count little, some much, most the same.
    public static let weights = [1, 1, 0.25, 3, 1e-3]

    /// A row for a network: numbers of the given columns, indexes of categories where it has them.
    public static func row(
        _ spec: NetworkSpec,
        _ columns: [Column],
        _ random: inout SeededGenerator
    ) -> [Double] {
        (0..<spec.columnCount).map { position in
            switch spec.columns?[position] ?? .number {
            case .number: columns[position % columns.count].value(&random)
            // One more than there are: what was not seen in training.
            case .category(let count): Double(random.index(below: count + 1))
            }
        }
    }

    /// What a label follows from.
    public static func signal(_ row: [Double], noise: Double) -> Double {
        row.enumerated().reduce(noise) { sum, feature in
            sum + feature.element.clamped(to: -3...3) / Double(feature.offset + 1)
        }
    }

    /// The class or the value that belongs to a signal.
    public static func label(_ spec: NetworkSpec, _ signal: Double) -> Double {
        switch spec.head {
        case .softmaxCrossEntropy, .logistic:
            let classes = max(2, spec.layerSizes[spec.layerSizes.count - 1])
            return Double(Int(((signal + 1.5) / 3 * Double(classes)).clamped(to: 0...Double(classes - 1))))
        case .squaredError, .absoluteError, .huber: return abs(signal) < 0.2 ? 0 : signal
        }
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
