import SQLText

/// A statement that is wrong before it reaches the server: a mistake of the program.
public enum StatementError: Error, Sendable, Equatable {
    /// The protocol counts binds in 16 bits.
    case tooManyBinds(Int)
    /// `$position` is larger than a message may be.
    case bindTooLarge(position: Int, bytes: Int)
    /// `$position` is no UUID in canonical form.
    case malformedUUID(position: Int)
    /// A C string ends at NUL, so the server would get half the statement.
    case containsNUL
    /// The statement was prepared for other types.
    case bindMismatch(statement: String, expected: [SQLType], given: [SQLType])
    case notPrepared(String)
    /// COPY has its own calls.
    case isCopy
    /// `copyIn` wants `COPY … FROM STDIN`, `copyOut` wants `COPY … TO STDOUT`.
    case isNotCopy(expected: String)
    /// The connection was used from within its own COPY.
    case busyWithCopy
    /// `transaction` on a connection where BEGIN was sent by hand.
    case alreadyInTransaction
}

extension StatementError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooManyBinds(let count):
            "the statement has \(count) binds and PostgreSQL takes at most \(Self.maximumBinds): pass an array"
        case .bindTooLarge(let position, let bytes):
            "bind $\(position) has \(bytes) bytes and PostgreSQL takes less than 1 GiB: use COPY or several statements"
        case .malformedUUID(let position):
            "bind $\(position) is not a UUID of the form 01234567-89ab-cdef-0123-456789abcdef"
        case .containsNUL: "the statement contains a NUL byte"
        case .bindMismatch(let statement, let expected, let given):
            "the statement \"\(statement)\" was prepared for (\(Self.list(expected))) and was given "
                + "(\(Self.list(given)))"
        case .notPrepared(let name): "the statement \"\(name)\" was not prepared on this connection"
        case .isCopy: "COPY with STDIN or STDOUT goes through copyIn or copyOut"
        case .isNotCopy(let expected): "the statement is not \(expected)"
        case .busyWithCopy: "the connection is in the middle of this COPY: use another one for the statement"
        case .alreadyInTransaction:
            "the connection is already in a transaction that was begun by hand: use transaction { … } for it too"
        }
    }

    /// Most binds of a statement.
    public static let maximumBinds = 65_535

    private static func list(_ types: [SQLType]) -> String {
        let shown = types.prefix(8).map(\.rawValue).joined(separator: ", ")
        return types.count > 8 ? "\(shown), … \(types.count) in all" : shown
    }
}
