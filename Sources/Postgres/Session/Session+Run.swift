import CLibPQ

extension Session {
    /// Sends something and waits for all of its answer, cancelling it on the server when told to stop.
    ///
    /// A cancel request that comes too late changes nothing: a statement that has succeeded has an effect, and its
    /// result is returned.
    /// - Parameter send: hands the statement to libpq; a result of 0 is libpq's refusal.
    func run(_ operation: Operation, _ send: (OpaquePointer) throws -> Int32) throws -> ServerResult {
        let connection = try self.connection
        do { try operation.check() } catch { throw error.error(statement: operation.statement) }
        guard try send(connection) == 1 else { throw dropBroken() }
        var outcome = Outcome()
        do {
            try collect(into: &outcome, operation)
        } catch let interruption as Operation.Interruption {
            try cancel(interruption, into: &outcome, operation)
        }
        deliverNotifications()
        return try Self.settle(outcome)
    }

    /// Asks the server to stop and waits until it has, within bounds.
    /// - Throws: the interruption's error, if the statement came to no result.
    func cancel(
        _ interruption: Operation.Interruption,
        into outcome: inout Outcome,
        _ operation: Operation
    ) throws {
        let own = interruption.error(statement: operation.statement)
        guard let connection = try? self.connection else { throw own }
        let request = CancelRequest.start(connection, wakeup: wakeup)
        // Whoever asked for the end waits for it, so this wait can't be interrupted again.
        let closing = Operation(operation.statement, timeout: patience, wakeup: wakeup)
        do {
            try collect(into: &outcome, closing)
            while !request.isDone {
                try closing.check()
                _ = waitReady(wakeup: wakeup, socket: -1, until: closing.deadline)
            }
        } catch is Operation.Interruption {
            drop("the server did not answer a cancel request within \(patience.shortText)")
            throw own
        } catch is ConnectionError {
            throw own
        }
        if outcome.error?.sqlState == "57014" { throw own }
    }

    /// The one answer of a finished statement.
    static func settle(_ outcome: Outcome) throws -> ServerResult {
        if outcome.isUnexpectedCopy { throw StatementError.isCopy }
        if let error = outcome.error { throw error }
        guard let result = outcome.result else { throw ConnectionError.lost(reason: "the server sent no result") }
        return result
    }
}
