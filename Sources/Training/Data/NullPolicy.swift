/// What becomes of rows in which something is missing.
public enum NullPolicy: String, Sendable, Hashable, CaseIterable {
    /// Training is refused, and the columns are named.
    case error
    /// They are left out.
    case skip
    /// Numbers are filled in with their mean; a missing category is one that is not known. Rows without label are left
    /// out.
    case mean
}
