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
    /// The deepest nesting of subqueries.
    public let maximumNesting: Int
    /// The deepest nesting of brackets.
    public let maximumDepth: Int
    /// The most memory that planning one statement may take, in bytes.
    public let maximumPlannerBytes: Int
    /// The most characters of statement text that are sent.
    public let maximumTextBytes: Int

    /// PostgreSQL 14 and later.
    ///
    /// Nesting was measured on 15.18 with its default `max_stack_depth` of 2 MB, on chains of SELECTs: 1,600 levels run,
    /// at 1,700 the grammar's own stack is full ("memory exhausted at or near …"), whatever the stack depth. Long
    /// before that the planner takes too much memory, see `StatementSize.plannerBytes`; with the limit set here a
    /// statement is planned in less than a second. Brackets: a sum of 4,000 terms runs and one of 5,000 exceeds the stack;
    /// 2,000 CASEs inside each other run and 3,000 are too many for the grammar.
    public static let postgres = Dialect(
        name: "postgres",
        fence: .offset,
        maximumTargetList: 1_664,
        maximumPlaceholders: 65_535,
        maximumNesting: 1_000,
        maximumDepth: 3_500,
        maximumPlannerBytes: 1 << 30,
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
