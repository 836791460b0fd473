import Autodiff
import SQLText

/// Spelling and capability of a target. Shapes never ask which dialect they are written for, only what it can do.
public struct Dialect: Sendable {
    /// The name by which people choose it.
    public let name: String
    /// What keeps the planner from flattening a subquery.
    public let fence: Fence
    /// The most columns a SELECT may have, also between partial and final aggregation.
    public let maximumTargetList: Int
    /// The most placeholders a statement may have.
    public let maximumPlaceholders: Int
    /// The deepest nesting of subqueries that the default stack carries.
    public let maximumNesting: Int
    /// The most characters of statement text that are sent.
    public let maximumTextBytes: Int

    /// PostgreSQL 14 and later.
    public static let postgres = Dialect(
        name: "postgres",
        fence: .offset,
        maximumTargetList: 1_664,
        maximumPlaceholders: 65_535,
        maximumNesting: 400,
        maximumTextBytes: 16 << 20
    )
}

/// What is appended to a subquery so that it is computed once and its columns are shared.
///
/// Without one PostgreSQL pulls a simple subquery up and copies its expressions to every use, which takes exponential
/// time and memory in the depth.
public enum Fence: Sendable, Hashable {
    /// `OFFSET '0'`: a string, because the bigint it becomes is folded before the planner asks whether the subquery
    /// may run in parallel workers; `OFFSET 0` is not.
    case offset

    var suffix: SQL {
        switch self {
        case .offset: " OFFSET '0'"
        }
    }
}
