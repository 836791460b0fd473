import SQLText

/// What a statement asks of the server, known before it is sent.
public struct StatementSize: Sendable, Hashable {
    /// Subqueries inside each other.
    public var nesting: Int
    /// Columns of the widest SELECT.
    public var targetList: Int
    /// Placeholders.
    public var placeholders = 0
    /// Characters of text.
    public var textBytes = 0

    /// What planning the statement takes, in bytes, estimated.
    ///
    /// PostgreSQL copies a subquery once for every level around it, so memory grows with the square of a block's
    /// length. Measured on 15.18, with the address space limited (`ulimit -v`): between 8 and 11 bytes for each byte of
    /// text and level. Blocks of 10, 40 and 100 of the article's iterations (92, 362, 902 levels) took 60 MB, 840 MB
    /// and 5.1 GB, and 0.04, 0.5 and 3 seconds.
    public var plannerBytes: Int {
        let (bytes, overflow) = (10 * nesting).multipliedReportingOverflow(by: textBytes)
        return overflow ? .max : bytes
    }
}

/// A statement that no server of the dialect would take.
public struct StatementLimitError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The limits there are.
    public enum Limit: String, Sendable, Hashable {
        case targetList = "columns in one SELECT"
        case placeholders = "bind parameters"
        case nesting = "nested subqueries"
        case textBytes = "bytes of statement text"
        case plannerBytes = "bytes of memory for its planning"
    }

    /// Which limit.
    public let limit: Limit
    /// What the statement would need.
    public let needed: Int
    /// What there is.
    public let maximum: Int
    /// The shape of the statement.
    public let shape: StatementShape
    /// What would do instead.
    public let advice: String

    public var description: String {
        "the statement in shape \(shape.rawValue) would need \(needed) \(limit.rawValue), "
            + "and the limit is \(maximum); \(advice)"
    }
}

extension StatementSize {
    func check(_ dialect: Dialect, shape: StatementShape, advice: (Self) -> String) throws(StatementLimitError) {
        let limits: [(StatementLimitError.Limit, Int, Int)] = [
            (.targetList, targetList, dialect.maximumTargetList),
            (.placeholders, placeholders, dialect.maximumPlaceholders),
            (.nesting, nesting, dialect.maximumNesting),
            (.textBytes, textBytes, dialect.maximumTextBytes),
            (.plannerBytes, plannerBytes, dialect.maximumPlannerBytes),
        ]
        for (limit, needed, maximum) in limits where needed > maximum {
            throw StatementLimitError(
                limit: limit,
                needed: needed,
                maximum: maximum,
                shape: shape,
                advice: advice(self)
            )
        }
    }
}
