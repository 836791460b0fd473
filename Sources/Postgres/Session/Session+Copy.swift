import CLibPQ

/// The two directions of COPY. A copy spans several visits to the thread: the rows come from, or go to, the caller.
extension Session {
    /// Bytes handed over at a time on the way out.
    static let copyChunkSize = 1 << 16
    /// Bytes given to libpq at a time on the way in; it copies them.
    private static let copyPieceSize = 1 << 20

    /// Sends the COPY statement and waits until the server is ready for its rows.
    func beginCopy(_ text: String, _ operation: Operation, expecting status: ExecStatusType) throws {
        let connection = try self.connection
        do { try operation.check() } catch { throw error.error(statement: operation.statement) }
        // In the extended protocol one Sync follows the statement and another the rows. A server that gives up after it
        // has offered to take rows and before it has read the first Sync answers both, and the second answer would be
        // taken for that of the next statement. The simple protocol has no Sync; that the text is one statement, which
        // only the extended one asks for, is seen by having it parsed first.
        _ = try run(operation) { PQsendPrepare($0, "", text, 0, nil) }
        guard PQsendQuery(connection, text) == 1 else { throw dropBroken() }
        var outcome = Outcome()
        do {
            guard let first = try nextResult(operation) else { _ = try Self.settle(outcome); return }
            if first.status == status {
                isCopyingOut = status == PGRES_COPY_OUT
                return
            }
            try accept(first, into: &outcome, operation)
            try collect(into: &outcome, operation)
        } catch let interruption as Operation.Interruption {
            try cancel(interruption, into: &outcome, operation)
        }
        // Reached with an error of the server, or with a statement of another kind that has already run.
        if let error = outcome.error, !outcome.isUnexpectedCopy { throw error }
        throw StatementError.isNotCopy(expected: status == PGRES_COPY_IN ? "COPY … FROM STDIN" : "COPY … TO STDOUT")
    }

    /// Sends rows and waits until the socket has taken them, so that a slow server slows the source down.
    func putCopy(_ chunk: [UInt8], _ operation: Operation) throws {
        for start in stride(from: 0, to: chunk.count, by: Self.copyPieceSize) {
            let piece = chunk[start..<min(start + Self.copyPieceSize, chunk.count)]
            let connection = try self.connection
            let accepted = piece.withUnsafeBytes { bytes in
                PQputCopyData(connection, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
            }
            guard accepted == 1 else { throw dropBroken() }
            while try !flush(connection) { try wait(connection, writing: true, operation) }
        }
    }

    /// Ends a copy to the server and gets its count of rows.
    func endCopyIn(_ operation: Operation) throws -> Int {
        try run(operation) { PQputCopyEnd($0, nil) }.affectedRows
    }

    /// Makes the server forget the rows it was given.
    ///
    /// While the server reads rows only CopyFail reaches it, and while it waits for a lock only a cancel request does.
    func abortCopyIn(reason: String, _ operation: Operation) {
        if isBusy, let connection = try? self.connection { PQputCopyEnd(connection, reason) }
        abandon(operation)
    }

    /// Rows from the server, `copyChunkSize` bytes or a little more, or nil at the end.
    func copyChunk(_ operation: Operation) throws -> [UInt8]? {
        var chunk: [UInt8] = []
        while chunk.count < Self.copyChunkSize {
            let more = try readCopyRow(operation) { row in
                if chunk.isEmpty { chunk.reserveCapacity(Self.copyChunkSize + row.count) }
                chunk.append(contentsOf: row)
            }
            if !more { return chunk.isEmpty ? nil : chunk }
        }
        return chunk
    }

    /// After the last row: the server's count.
    func endCopyOut(_ operation: Operation) throws -> Int {
        try run(operation) { _ in 1 }.affectedRows
    }

    /// Stops a copy from the server whose rows nobody wants any more.
    func abortCopyOut(_ operation: Operation) { abandon(operation) }

    /// Whatever the server says to the end of a COPY, the caller is told why it was ended.
    private func abandon(_ operation: Operation) {
        guard isBusy else { return }
        var outcome = Outcome()
        try? cancel(.cancelled, into: &outcome, operation)
    }

    /// Whether the server has not said yet that it is ready for another statement.
    private var isBusy: Bool { transactionStatus == PQTRANS_ACTIVE }

    /// Reads a copy to its end for nothing.
    func discardCopy(_ operation: Operation) throws {
        while try readCopyRow(operation, { _ in }) {}
    }

    /// - Returns: false when there are no more rows; the result that follows says whether that is success.
    private func readCopyRow(_ operation: Operation, _ body: (UnsafeRawBufferPointer) -> Void) throws -> Bool {
        while true {
            let connection = try self.connection
            var row: UnsafeMutablePointer<CChar>?
            let count = PQgetCopyData(connection, &row, 1)
            if count > 0 {
                body(UnsafeRawBufferPointer(start: row, count: Int(count)))
                PQfreemem(row)
                return true
            }
            if count < 0 {
                isCopyingOut = false
                return false
            }
            let flushed = try flush(connection)
            try wait(connection, writing: !flushed, operation)
        }
    }
}
