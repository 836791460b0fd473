import Lowering

/// How iterations are sent to the server: the shape of the statement and how the server is to run it.
struct StatementForm: Sendable, Hashable {
    let shape: StatementShape
    /// Whether parallel workers share the rows. Only a SELECT can be parallel, so the results go to the client and are
    /// written by a second statement.
    let isParallel: Bool
    /// Whether the server compiles the expressions (JIT), which it does anew for every execution.
    let isCompiled: Bool

    init(_ shape: StatementShape, isParallel: Bool = false, isCompiled: Bool = false) {
        self.shape = shape
        self.isParallel = isParallel
        self.isCompiled = isCompiled
    }
}

extension StatementForm: CustomStringConvertible {
    /// As people read it.
    var description: String {
        shape.rawValue + (isParallel ? " in parallel workers" : "") + (isCompiled ? ", compiled (JIT)" : "")
    }
}
