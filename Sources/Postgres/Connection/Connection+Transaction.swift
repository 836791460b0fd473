import CLibPQ

extension Connection {
    /// Runs the body in a transaction: COMMIT when it returns, ROLLBACK when it throws or its task is cancelled.
    ///
    /// Nobody else gets to the connection meanwhile. Statements of the body and of its child tasks belong to the
    /// transaction. A transaction inside a transaction is a savepoint.
    /// - Throws: what the body throws, once it is rolled back; `ConnectionError.transactionAborted` if there was
    ///   nothing left to commit; `ConnectionError.lost` from COMMIT leaves open whether it was committed.
    public nonisolated(nonsending) func transaction<T>(
        _ body: (Connection) async throws -> T
    ) async throws -> T {
        let turnstile = currentTurnstile
        let depth = (currentScope?.depth ?? 0) + 1
        try await turnstile.enter()
        defer { turnstile.leave() }
        let scope = newScope(.transaction(depth: depth))
        try await interruptibly(newOperation("begin", timeout: nil)) { try $0.begin(depth: depth, $1) }
        do {
            let value = try await Scope.$current.withValue(scope) { try await body(self) }
            await scope.turnstile.close(ConnectionError.transactionEnded)
            try await interruptibly(newOperation("commit", timeout: nil)) { try $0.commit(depth: depth, $1) }
            return value
        } catch {
            await scope.turnstile.close(ConnectionError.transactionEnded)
            await rollback(depth: depth)
            throw error
        }
    }

    /// Leaves the connection outside of any transaction, or closed. Works in a cancelled task too.
    /// - Returns: whether it can be used again.
    nonisolated(nonsending) func tidy() async -> Bool {
        await inOrder("rollback") { session, operation in
            if session.transactionStatus != PQTRANS_IDLE, session.isOpen {
                session.logger.warning("a transaction was left open on a connection and is rolled back")
                try session.rollback(depth: 1, operation)
            }
            return session.isOpen
        } ?? false
    }

    /// Whether the server is still there, as far as can be told without asking it. Costs no round trip.
    nonisolated(nonsending) func isAlive() async -> Bool {
        await inOrder("check") { session, _ in session.checkIdle() } ?? false
    }

    /// Does what has to be done in a cancelled task too, within bounds of time.
    /// - Returns: nil if it failed, which is logged; the connection may be closed then.
    nonisolated(nonsending) func inOrder<T: Sendable>(
        _ name: String,
        _ work: @Sendable (Session, Operation) throws -> T
    ) async -> T? {
        let turnstile = currentTurnstile
        do {
            try await turnstile.enterEvenIfCancelled()
            defer { turnstile.leave() }
            return try await onThread(newOperation(name, timeout: Self.timeToTidy), work)
        } catch {
            logger.warning("a connection could not be tidied up", metadata: ["step": "\(name)", "reason": "\(error)"])
            return nil
        }
    }

    private static let timeToTidy: Duration = .seconds(10)

    /// The turnstile must be held. Not interrupted, only limited: a cancelled task rolls back too.
    private nonisolated(nonsending) func rollback(depth: Int) async {
        do {
            try await onThread(newOperation("rollback", timeout: Self.timeToTidy)) {
                try $0.rollback(depth: depth, $1)
            }
        } catch {
            logger.warning(
                "a transaction was not rolled back; its connection is closed",
                metadata: ["reason": "\(error)"]
            )
        }
    }
}

extension Session {
    func begin(depth: Int, _ operation: Operation) throws {
        if depth > 1 { return try script("savepoint pgradient_\(depth)", operation) }
        guard !isOpen || transactionStatus == PQTRANS_IDLE else { throw StatementError.alreadyInTransaction }
        try script("begin", operation)
    }

    /// COMMIT of a failed transaction answers ROLLBACK and calls it success; that is said here instead.
    func commit(depth: Int, _ operation: Operation) throws {
        switch transactionStatus {
        case PQTRANS_INERROR: throw ConnectionError.transactionAborted
        case PQTRANS_IDLE: throw ConnectionError.transactionEnded
        default: break
        }
        if depth > 1 { return try script("release savepoint pgradient_\(depth)", operation) }
        let result = try run(operation) { PQsendQuery($0, "commit") }
        guard result.commandTag == "COMMIT" else { throw ConnectionError.transactionAborted }
    }

    /// Does nothing where there is nothing to roll back. A failure closes the connection, which rolls back as well.
    func rollback(depth: Int, _ operation: Operation) throws {
        guard isOpen, transactionStatus != PQTRANS_IDLE else { return }
        do {
            let savepoint = "rollback to savepoint pgradient_\(depth); release savepoint pgradient_\(depth)"
            try script(depth > 1 ? savepoint : "rollback", operation)
        } catch {
            drop("a transaction could not be rolled back: \(error)")
            throw error
        }
    }
}
