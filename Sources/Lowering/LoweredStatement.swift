import Networks
import SQLText

/// The relational forms an iteration can take.
public enum StatementShape: String, Sendable, Hashable, Codable, CaseIterable {
    /// One aggregate statement per iteration.
    case step
    /// The article's: `block_size` iterations nested in one statement, sums as window functions.
    case window
}

/// The table that a statement reads: columns `x1` … `xN` and `y`, all float8.
public struct RowSource: Sendable, Hashable {
    /// What stands after FROM.
    public let relation: SQL

    /// A table by name.
    public init(table: QualifiedName) { self.relation = "\(table)" }

    /// Anything that may follow FROM and has the columns.
    public init(relation: SQL) { self.relation = relation }
}

/// A statement ready to be prepared, and what its one result row means.
///
/// Holes: every parameter by its documented name (`w1_0_0`, `b1_0`, …) as float8, the solver's state as the array
/// `state`, and the numbers `learning_rate` and `iteration`, the latter being that of the first iteration in it.
///
/// Result: `weights float8[]` and `state float8[]` after the last iteration; `loss`, `metric` and `rows` as computed by
/// the first iteration, so of the weights that came in.
public struct LoweredStatement: Sendable {
    /// The relational form.
    public let shape: StatementShape
    /// How many iterations one execution does.
    public let iterations: Int
    /// The statement.
    public let sql: SQL
    /// What it asks of the server.
    public let size: StatementSize
    /// Whether a parallel plan is possible.
    public let parallelSafe: Bool
}

/// Names of the placeholders that are not parameters.
public enum HoleName {
    /// The solver's state, an array.
    public static let state = "state"
    /// The learning rate.
    public static let learningRate = "learning_rate"
    /// The number of the first iteration, from 1.
    public static let iteration = "iteration"
}
