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
    /// Brackets inside each other, in expressions and subqueries; a CASE counts as two.
    public var depth = 0

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

extension StatementSize {
    /// Adds what the text tells: its length, its placeholders and how deep its expressions go.
    mutating func measure(_ rendered: RenderedSQL) {
        placeholders = rendered.slots.count
        textBytes = rendered.text.utf8.count
        var open = 0
        var word: [UInt8] = []
        for byte in rendered.text.utf8 {
            switch byte {
            case UInt8(ascii: "("): open += 1
            case UInt8(ascii: ")"): open -= 1
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                word.append(byte)
                continue
            default: break
            }
            // A CASE takes the grammar about twice the stack of a bracket.
            if word == Self.caseWord { open += 2 } else if word == Self.endWord { open -= 2 }
            word.removeAll(keepingCapacity: true)
            depth = max(depth, open)
        }
    }

    private static let caseWord = Array("CASE".utf8)
    private static let endWord = Array("END".utf8)
}

/// A statement that no server of the dialect would take.
public struct StatementLimitError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The limits there are.
    public enum Limit: String, Sendable, Hashable {
        case targetList = "columns in one SELECT"
        case placeholders = "bind parameters"
        case nesting = "nested subqueries"
        case textBytes = "bytes of statement text"
        case depth = "brackets inside each other"
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
    /// What is needed and what there is, for a person.
    public func againstLimits(_ dialect: Dialect) -> [(name: String, needed: Int, maximum: Int)] {
        limits(dialect).map { ($0.limit.rawValue, $0.needed, $0.maximum) }
    }

    private func limits(_ dialect: Dialect) -> [(limit: StatementLimitError.Limit, needed: Int, maximum: Int)] {
        [
            (.targetList, targetList, dialect.maximumTargetList),
            (.placeholders, placeholders, dialect.maximumPlaceholders),
            (.nesting, nesting, dialect.maximumNesting),
            (.textBytes, textBytes, dialect.maximumTextBytes),
            (.depth, depth, dialect.maximumDepth),
            (.plannerBytes, plannerBytes, dialect.maximumPlannerBytes),
        ]
    }

    func check(_ dialect: Dialect, shape: StatementShape, advice: (Self) -> String) throws(StatementLimitError) {
        for (limit, needed, maximum) in limits(dialect) where needed > maximum {
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

extension StatementSize {
    /// Refuses a block that is too long, and says how long it may be.
    /// - Parameter size: the size of a block of so many iterations.
    static func checkBlock(
        _ iterations: Int,
        _ dialect: Dialect,
        shape: StatementShape,
        _ size: (Int) -> StatementSize
    ) throws(StatementLimitError) {
        func isTooLong(_ iterations: Int) -> Bool { size(iterations).exceeds(dialect) }
        guard isTooLong(iterations) else { return }
        var (fits, fails) = (1, iterations)
        while fails - fits > 1 {
            let middle = (fits + fails) / 2
            if isTooLong(middle) { fails = middle } else { fits = middle }
        }
        try size(iterations).check(dialect, shape: shape) { _ in
            "use a block_size of at most \(fits), or shape \(shape == .block ? "recursive" : "step")"
        }
    }

    private func exceeds(_ dialect: Dialect) -> Bool {
        do {
            try check(dialect, shape: .window) { _ in "" }
            return false
        } catch {
            return true
        }
    }
}
