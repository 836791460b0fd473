import CLibPQ

extension Session {
    /// The next result of the statement under way, or nil when the server is ready for another one.
    /// - Throws: `Operation.Interruption` when it is time to stop waiting; `ConnectionError.lost`.
    func nextResult(_ operation: Operation) throws -> ServerResult? {
        while true {
            let connection = try self.connection
            let flushed = try flush(connection)
            if PQisBusy(connection) == 0 { return PQgetResult(connection).map(ServerResult.init) }
            try wait(connection, writing: !flushed, operation)
        }
    }

    /// Reads results until the server is ready for another statement.
    func collect(into outcome: inout Outcome, _ operation: Operation) throws {
        if isCopyingOut { try discardCopy(operation) }
        while let result = try nextResult(operation) { try accept(result, into: &outcome, operation) }
    }

    /// Sorts one result in.
    func accept(_ result: ServerResult, into outcome: inout Outcome, _ operation: Operation) throws {
        switch result.status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: outcome.result = result
        case PGRES_COPY_IN:
            outcome.isUnexpectedCopy = true
            PQputCopyEnd(try connection, "no rows were offered")
        case PGRES_COPY_OUT:
            outcome.isUnexpectedCopy = true
            isCopyingOut = true
            try discardCopy(operation)
        default: try note(result, in: &outcome, operation.statement)
        }
    }

    /// Sends what is buffered as far as the socket takes it.
    /// - Returns: whether all of it went out.
    func flush(_ connection: OpaquePointer) throws(ConnectionError) -> Bool {
        // A failed write is reported by the read that follows, with the server's reason if it gave one.
        PQflush(connection) != 1
    }

    /// Waits for the socket, and reads what is there.
    func wait(_ connection: OpaquePointer, reading: Bool = true, writing: Bool, _ operation: Operation) throws {
        try operation.check()
        let ready = waitReady(
            wakeup: wakeup,
            socket: PQsocket(connection),
            reading: reading,
            writing: writing,
            until: operation.deadline
        )
        if ready.contains(.readable), PQconsumeInput(connection) == 0 { throw lostWhileReading(connection, operation) }
    }

    /// The last words of a server often arrive together with the end of the stream.
    private func lostWhileReading(_ connection: OpaquePointer, _ operation: Operation) -> ConnectionError {
        guard PQisBusy(connection) == 0, let result = PQgetResult(connection).map(ServerResult.init),
            result.status == PGRES_FATAL_ERROR
        else { return dropBroken() }
        return dropBroken(PostgresError(result: result.pointer, statement: operation.statement).message)
    }

    private func note(_ result: ServerResult, in outcome: inout Outcome, _ statement: String?) throws(ConnectionError) {
        let error = PostgresError(result: result.pointer, statement: statement)
        // Without a SQLSTATE it is libpq that failed: the stream can't be trusted any more.
        let isBroken = PQstatus(try connection) == CONNECTION_BAD
        if isBroken || error.endsSession || error.sqlState.isEmpty {
            throw dropBroken(error.message)
        }
        outcome.error = outcome.error ?? error
    }
}
