import Synchronization

/// What the current task already holds of a connection: set while the body of a transaction or of a COPY runs, and
/// inherited by its child tasks.
///
/// A transaction holds its connection's turnstile for its whole length. Statements of its body find this scope, and
/// take turns at the scope's own turnstile; everybody else waits at the outer one. A nested transaction does the same
/// one level deeper.
final class Scope: Sendable {
    @TaskLocal static var current: Scope?

    enum Kind: Equatable {
        /// 1 is the transaction itself, deeper ones are savepoints.
        case transaction(depth: Int)
        case copy
    }

    let kind: Kind
    let turnstile = Turnstile()
    private let connection: UInt64
    private let parent: Scope?

    init(_ kind: Kind, of connection: UInt64) {
        self.kind = kind
        self.connection = connection
        parent = Self.current
    }

    /// The innermost scope of a connection that the current task is in.
    static func innermost(of connection: UInt64) -> Scope? {
        var scope = current
        while let candidate = scope, candidate.connection != connection { scope = candidate.parent }
        return scope
    }

    /// Transactions that are open around the current task.
    var depth: Int { if case .transaction(let depth) = kind { depth } else { 0 } }

    private static let counter = Atomic<UInt64>(0)

    /// A number that was never given before; addresses are used again.
    static func newNumber() -> UInt64 { counter.wrappingAdd(1, ordering: .relaxed).newValue }
}
