import CLibPQ

/// A result of libpq, freed with the last reference.
///
/// libpq never changes a finished result, so reading one from several threads is safe (manual, "Behavior in Threaded
/// Programs").
final class ServerResult: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQclear(pointer) }

    var status: ExecStatusType { PQresultStatus(pointer) }

    /// `INSERT 0 5`, `COMMIT`, …
    var commandTag: String { String(cString: PQcmdStatus(pointer)) }

    /// Rows inserted, updated, deleted, selected or copied; 0 for commands that count none.
    var affectedRows: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }
}

/// What a statement has come to so far.
struct Outcome {
    /// The last result that was none of an error.
    var result: ServerResult?
    /// The first error of the server.
    var error: PostgresError?
    /// The statement turned out to be a COPY that nobody is there to serve.
    var isUnexpectedCopy = false
}
