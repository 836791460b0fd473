/// What rows of a source are for.
public enum Split: String, Sendable, Hashable, CaseIterable {
    /// To learn from.
    case train
    /// To measure with while learning.
    case validation
    /// To measure with when all is done; training never looks at them.
    case test
}
