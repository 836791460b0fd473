/// How good predictions of numbers are. An error is the prediction less the actual value.
public struct RegressionMeasures: Sendable, Hashable {
    /// A tenth of the rows, by the size of the prediction.
    public struct Decile: Sendable, Hashable {
        public let rows: Int
        /// The least prediction.
        public let from: Double
        /// The greatest prediction.
        public let to: Double
        /// The mean prediction.
        public let predicted: Double
        /// The mean of the actual values.
        public let actual: Double
    }

    public let rows: Int
    /// The root of the mean squared error.
    public let rmse: Double?
    /// The mean magnitude of the errors.
    public let mae: Double?
    /// 1 less the squared errors' share of the variance; nil where the actual values have none.
    public let r2: Double?
    /// The mean error: positive where predictions are too high.
    public let meanError: Double?
    /// The largest magnitude of an error.
    public let maximumError: Double?
    /// The smallest predictions first; fewer than ten where there are fewer rows.
    public let deciles: [Decile]
}
