import Networks
import SQLText

/// The relational forms an iteration can take.
public enum StatementShape: String, Sendable, Hashable, Codable, CaseIterable {
    /// One aggregate statement per iteration.
    case step
    /// The article's: `block_size` iterations nested in one statement, sums as window functions.
    case window
    /// `block_size` iterations in one statement, a chain of one-row CTEs.
    case block
    /// Any number of iterations in one recursive statement.
    case recursive
}

/// The table that a statement reads: columns `x1` … `xN`, `y` and, where rows have weights, `w`, all float8.
public struct RowSource: Sendable, Hashable {
    /// What stands after FROM.
    public let relation: SQL
    /// Iterations per epoch. More than one: the rows have a column `batch` int8, from 0, and an iteration reads those
    /// of one batch.
    public let batches: Int

    /// A table by name.
    public init(table: QualifiedName, batches: Int = 1) { self.init(relation: "\(table)", batches: batches) }

    /// Anything that may follow FROM and has the columns.
    public init(relation: SQL, batches: Int = 1) {
        self.relation = relation
        self.batches = batches
    }

    /// Whether an iteration reads a part of the rows.
    var isBatched: Bool { batches > 1 }

    /// The rows of one batch, or all of them where there is only one.
    func rows(ofBatch batch: SQL) -> SQL { isBatched ? "\(relation) WHERE batch = \(batch)" : relation }
}

/// A statement ready to be prepared, and what its result rows mean.
///
/// Holes: the parameters, each by its documented name (`w1_0_0`, `b1_0`, …) as float8 or, for `block` and `recursive`,
/// together as the array `weights`; the solver's state as the array `state`; the numbers `learning_rate` and
/// `iteration`, the latter being that of the first iteration in it; for `recursive` the number of `iterations`. Where an
/// epoch has several batches also the first `batch`, and what the epoch has seen so far: `seen_loss`, `seen_metric`,
/// `seen_rows`.
///
/// Result: one row per iteration (`window`: one for all of them; with several batches: one per end of an epoch, and the
/// last). `iteration int8` counts from 1 within the statement; `weights float8[]` and `state float8[]` are those after
/// it; `loss`, `metric` and `rows` are what it measured, so of the weights that came in. With several batches those
/// three are what the epoch has seen so far, `batch` is the next batch, 0 at the end of an epoch, and `seen_loss` and
/// `seen_metric` are what to fill the holes with; the rows are `seen_rows`.
public struct LoweredStatement: Sendable {
    /// The relational form.
    public let shape: StatementShape
    /// How many iterations one execution does; nil where the hole `iterations` says so.
    public let iterations: Int?
    /// The statement.
    public let sql: SQL
    /// What it asks of the server.
    public let size: StatementSize
    /// Whether a parallel plan is possible.
    public let parallelSafe: Bool

    /// How many iterations a result row stands for.
    public var span: Int { shape == .window ? iterations ?? 1 : 1 }
}

/// Names of the placeholders that are not parameters.
public enum HoleName {
    /// All parameters, an array.
    public static let weights = "weights"
    /// The solver's state, an array.
    public static let state = "state"
    /// The learning rate.
    public static let learningRate = "learning_rate"
    /// The number of the first iteration, from 1.
    public static let iteration = "iteration"
    /// How many iterations to do.
    public static let iterations = "iterations"
    /// The first batch to read.
    public static let batch = "batch"
    /// The losses of this epoch's rows so far, summed.
    public static let seenLoss = "seen_loss"
    /// The metrics of this epoch's rows so far, summed.
    public static let seenMetric = "seen_metric"
    /// How many rows this epoch has read so far.
    public static let seenRows = "seen_rows"
}
