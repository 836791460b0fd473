import JSONTree

/// What a network with two inputs says about every place of the plane that its rows lie in.
public struct DecisionPicture: Sendable {
    public let run: Int
    public let epoch: Int
    /// Cells along either axis.
    public let size: Int
    public let x: Axis
    public let y: Axis
    /// The classes with the JSON type of their column; nil for regression.
    public let classes: [JSON]?
    /// Line by line from the lowest y, each from the lowest x: the index of the most probable class, or the value, in the
    /// middle of the cell.
    public let cells: [[Double]]
    /// How probable that class is, from 0 to 1; nil for regression.
    public let confidence: [[Double]]?
    /// Some of the rows, drawn by lot; nil if nobody wanted any.
    public let points: [Point]?
    /// What a reader of the picture has to know.
    public let notice: String?

    /// One of the two features.
    public struct Axis: Sendable, Hashable {
        public let column: String
        /// What its values are: `real`, `date`, … Dates are days since 1970, times seconds since 1970 or since midnight,
        /// intervals seconds, and of booleans true is 1.
        public let kind: String
        /// The edges of the outermost cells. All rows lie between them.
        public let from: Double
        public let to: Double
    }

    /// A row.
    public struct Point: Sendable, Hashable {
        public let x: Double
        public let y: Double
        /// The index of its class, or its value.
        public let label: Double
        public let split: Split
    }

    /// So many cells an axis can have.
    public static let sizeRange = 2...128
    public static let defaultSize = 48
    /// So many points there can be.
    public static let maximumPoints = PictureFrame.sampleSize
}

extension DecisionPicture.Axis {
    /// Leaves a margin around the rows.
    init(_ encoding: FeatureEncoding, minimum: Double, maximum: Double) {
        let span = maximum - minimum
        // A run that began with another's parameters takes columns as that one did, even one that does not vary.
        let margin = span > 0 ? span / 20 : max(abs(minimum) / 20, 1)
        self.init(
            column: encoding.feature.name,
            kind: encoding.feature.kind.rawValue,
            from: minimum - margin,
            to: maximum + margin
        )
    }
}
