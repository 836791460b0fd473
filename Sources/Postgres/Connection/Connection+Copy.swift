import CLibPQ
import SQLText

extension Connection {
    /// Sends rows with `COPY … FROM STDIN`. Chunks may end anywhere; the next one is asked for when the socket has
    /// taken the last.
    ///
    /// COPY takes no binds on the server, so bound values are written into its text as quoted constants.
    /// - Returns: how many rows were copied.
    /// - Throws: what the source throws, after the COPY was aborted with it as the reason; `PostgresError`. Nothing is
    ///   copied then.
    public nonisolated(nonsending) func copyIn<Chunks: AsyncSequence>(
        _ sql: SQL,
        from chunks: Chunks,
        name: String? = nil
    ) async throws -> Int where Chunks.Element == [UInt8] {
        try await copying(sql, name, expecting: PGRES_COPY_IN) { operation in
            for try await chunk in chunks {
                try await interruptibly(operation) { try $0.putCopy(chunk, $1) }
            }
            // An AsyncStream simply ends in a cancelled task, and half the rows are not what was meant.
            try Task.checkCancellation()
            return try await interruptibly(operation) { try $0.endCopyIn($1) }
        } abort: { session, operation, reason in
            session.abortCopyIn(reason: reason, operation)
        }
    }

    /// Receives rows from `COPY … TO STDOUT` in chunks of about 64 KiB that end with a row. The next one is read when
    /// the body has returned, so a slow body slows the server down.
    ///
    /// Bound values are written into the text as quoted constants.
    /// - Returns: how many rows were copied.
    /// - Throws: what the body throws, after the server was told to stop; `PostgresError`.
    public nonisolated(nonsending) func copyOut(
        _ sql: SQL,
        name: String? = nil,
        _ body: ([UInt8]) async throws -> Void
    ) async throws -> Int {
        try await copying(sql, name, expecting: PGRES_COPY_OUT) { operation in
            while let chunk = try await interruptibly(operation, { try $0.copyChunk($1) }) { try await body(chunk) }
            return try await interruptibly(operation) { try $0.endCopyOut($1) }
        } abort: { session, operation, _ in
            session.abortCopyOut(operation)
        }
    }

    private nonisolated(nonsending) func copying(
        _ sql: SQL,
        _ name: String?,
        expecting status: ExecStatusType,
        _ rows: (Operation) async throws -> Int,
        abort: @Sendable (Session, Operation, String) -> Void
    ) async throws -> Int {
        // A hole has no value that could be written.
        _ = try sql.render().binds { _ in nil }
        let text = sql.inlined()
        try Session.checkText(text)
        let turnstile = currentTurnstile
        try await turnstile.enter()
        defer { turnstile.leave() }
        let operation = newOperation(name ?? "copy", timeout: nil)
        try await interruptibly(operation) { try $0.beginCopy(text, $1, expecting: status) }
        // The source or the body could wait for ever for a connection that waits for it.
        let scope = newScope(.copy)
        scope.turnstile.turnAway(StatementError.busyWithCopy)
        do {
            return try await Scope.$current.withValue(scope) { try await rows(operation) }
        } catch {
            // Also after an error of the server: then there is nothing left to abort, which is found at once.
            let reason = "\(error)"
            try await onThread(newOperation(operation.statement, timeout: nil)) { abort($0, $1, reason) }
            throw (error as? Operation.Interruption)?.error(statement: operation.statement) ?? error
        }
    }
}
