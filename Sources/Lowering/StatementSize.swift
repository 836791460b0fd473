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
}

/// A statement that no server of the dialect would take.
public struct StatementLimitError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The limits there are.
    public enum Limit: String, Sendable, Hashable {
        case targetList = "columns in one SELECT"
        case placeholders = "bind parameters"
        case nesting = "nested subqueries"
        case textBytes = "bytes of statement text"
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
    func check(_ dialect: Dialect, shape: StatementShape, advice: String) throws(StatementLimitError) {
        let limits: [(StatementLimitError.Limit, Int, Int)] = [
            (.targetList, targetList, dialect.maximumTargetList),
            (.placeholders, placeholders, dialect.maximumPlaceholders),
            (.nesting, nesting, dialect.maximumNesting),
            (.textBytes, textBytes, dialect.maximumTextBytes),
        ]
        for (limit, needed, maximum) in limits where needed > maximum {
            throw StatementLimitError(limit: limit, needed: needed, maximum: maximum, shape: shape, advice: advice)
        }
    }
}
