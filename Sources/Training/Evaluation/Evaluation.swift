import JSONTree

/// How good the parameters of an epoch are on some rows.
public struct Evaluation: Sendable {
    /// Which rows.
    public enum Place: Sendable, Hashable {
        /// Rows of the run itself.
        case split(Split)
        /// Those of a table, which has the columns that the run learned from.
        case table(String)
    }

    public let run: Int
    public let epoch: Int
    public let place: Place
    /// The classes in the order of the measures, with the JSON type of their column; nil for regression.
    public let classes: [JSON]?
    public let measures: Measures
    /// What each feature is worth, if that was asked for.
    public let importance: Importance?
    /// What a reader of the numbers has to know: other rows than the run learned from, say.
    public let notice: String?
}
