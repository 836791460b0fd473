/// How good predictions of classes are. What would be a division by zero is nil: a precision of 0 says that all
/// predictions of a class were wrong, nil that there were none.
public struct ClassificationMeasures: Sendable, Hashable {
    /// One class against the others.
    public struct ByClass: Sendable, Hashable {
        /// Of the rows predicted to be of the class, the share that is; nil if there are none.
        public let precision: Double?
        /// Of the rows of the class, the share predicted to be; nil if there are none.
        public let recall: Double?
        /// The harmonic mean of the two, as 2·hits / (rows of the class + rows predicted); nil if there are neither.
        public let f1: Double?
        /// Rows of the class.
        public let support: Int
        /// Rows predicted to be of the class.
        public let predicted: Int
        /// The chance that a row of the class is given a higher probability of it than a row of another, ties counting
        /// half; nil if there are no rows of the class or no others. Nil also where it was left out.
        public var rocAUC: Double?
    }

    /// Averages over classes. Classes for which a measure is nil are left out.
    public struct Average: Sendable, Hashable {
        public let precision: Double?
        public let recall: Double?
        public let f1: Double?
    }

    /// The rows whose probability lies in a tenth of the range from 0 to 1.
    public struct Bin: Sendable, Hashable {
        public let from: Double
        public let to: Double
        public let rows: Int
        /// The mean probability; nil in an empty bin.
        public let predicted: Double?
        /// The share of rows for which it came true; nil in an empty bin.
        public let observed: Double?
    }

    public let rows: Int
    public let accuracy: Double?
    /// The mean of −ln of the probability of a row's class, which counts as at least 1e-15.
    public let logLoss: Double?
    /// Of two classes that of the second; of more the mean over classes, each against the others.
    public var rocAUC: Double?
    /// Rows by actual and predicted class: `confusion[actual][predicted]`.
    public let confusion: [[Int]]
    /// In the order of the run's classes.
    public var classes: [ByClass]
    /// Every class counts the same.
    public let macro: Average
    /// Every row counts the same.
    public let weighted: Average
    /// Ten bins of the probability of the second of two classes, or of the most probable one of more.
    public let calibration: [Bin]
    /// The mean distance of the probability from what came true, bin by bin, weighted by rows.
    public let calibrationError: Double?
}
