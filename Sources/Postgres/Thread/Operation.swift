import Synchronization

/// One conversation with the server, seen from outside the connection's thread: it can be interrupted.
final class Operation: Sendable {
    /// Why a conversation has to end early.
    enum Interruption: Error {
        case cancelled
        case timedOut(Duration)
        case closing
    }

    /// The name used in errors and logs.
    let statement: String?
    let timeout: Duration?
    /// When the time is up; nil: never.
    let deadline: ContinuousClock.Instant?
    private let wakeup: Wakeup
    private let reason = Mutex<Interruption?>(nil)

    init(_ statement: String?, timeout: Duration?, wakeup: Wakeup) {
        self.statement = statement
        self.timeout = timeout
        self.wakeup = wakeup
        deadline = timeout.map { ContinuousClock.now + $0 }
    }

    /// Asks for an early end. The first reason stands.
    func interrupt(_ why: Interruption) {
        let isFirst = reason.withLock { reason in
            defer { reason = reason ?? why }
            return reason == nil
        }
        if isFirst { wakeup.signal() }
    }

    /// - Throws: `Interruption` once it was asked to end or its time is up.
    func check() throws(Interruption) {
        if let reason = reason.withLock({ $0 }) { throw reason }
        if let deadline, let timeout, ContinuousClock.now >= deadline { throw .timedOut(timeout) }
    }
}

extension Operation.Interruption {
    /// What the caller of the operation gets to see.
    func error(statement: String?) -> any Error {
        switch self {
        case .cancelled: CancellationError()
        case .timedOut(let limit): ConnectionError.timedOut(statement: statement, after: limit)
        case .closing: ConnectionError.closed
        }
    }
}
