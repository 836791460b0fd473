import SQLText

/// What the features are worth to a network: how much worse it predicts if the values of one are exchanged among the rows
/// (Breiman 2001), so that it says nothing about a row any more.
public struct Importance: Sendable, Hashable {
    /// What gets worse.
    public enum Measure: String, Sendable, Hashable {
        case accuracy
        case r2
    }

    /// What one feature is worth.
    public struct Feature: Sendable, Hashable {
        public let name: String
        /// The mean loss of accuracy or R²; nil where there is no R².
        public let mean: Double?
        /// The standard deviation of the repeats, as of a whole population.
        public let deviation: Double?
    }

    /// How often each feature's values are exchanged if a request does not say.
    public static let defaultRepeats = 5
    /// Every repeat is a column of a temporary table and a sorting of the rows.
    public static let repeatRange = 1...100

    public let measure: Measure
    public let repeats: Int
    /// In the order of the run's features.
    public let features: [Feature]
}

/// The columns of a snapshot that a feature owns: they are exchanged together.
struct FeatureGroup: Sendable, Hashable {
    let name: String
    /// Counted from 0.
    let columns: Set<Int>
}

extension Run {
    var featureGroups: [FeatureGroup] {
        var first = 0
        return (encodings ?? []).map { encoding in
            let columns = first..<first + encoding.columns.count
            first = columns.upperBound
            return FeatureGroup(name: encoding.feature.name, columns: Set(columns))
        }
    }

    /// `x1` … `xN` with commas between them.
    var featureColumns: SQL {
        (0..<SnapshotColumns(of: self).features).map { "\(Identifier(feature: $0))" as SQL }.commaSeparated
    }
}
