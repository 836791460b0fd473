import CLibPQ
import Logging

/// libpq's connection and what has to be remembered beside it.
///
/// Everything here runs on the thread of one `ConnectionThread` and may block that thread in `poll`, nothing else.
/// That confinement, not the compiler, makes it `Sendable`.
final class Session: @unchecked Sendable {
    let wakeup: Wakeup
    let logger: Logger
    /// How long the server has to answer a cancel request before the connection is given up.
    let patience: Duration
    let notices: NoticeSink

    private var handle: OpaquePointer?
    private var reasonOfLoss = "it was never made"
    /// Prepared statements by name.
    var prepared: [String: Prepared] = [:]
    /// Whether rows of a COPY are on their way that have to be read before anything else.
    var isCopyingOut = false
    /// Streams of notifications by channel.
    var listeners: [String: [Int: AsyncStream<PostgresNotification>.Continuation]] = [:]

    init(logger: Logger, patience: Duration) throws(ConnectionError) {
        wakeup = try Wakeup()
        self.logger = logger
        self.patience = patience
        notices = NoticeSink(logger: logger)
    }

    /// The open connection.
    /// - Throws: `ConnectionError.lost` with the reason if there is none any more.
    var connection: OpaquePointer {
        get throws(ConnectionError) {
            guard let handle else { throw .lost(reason: reasonOfLoss) }
            return handle
        }
    }

    var isOpen: Bool { handle != nil }

    /// The socket for `poll`; negative if there is none.
    var socket: Int32 { handle.map { PQsocket($0) } ?? -1 }

    var transactionStatus: PGTransactionStatusType {
        handle.map { PQtransactionStatus($0) } ?? PQTRANS_UNKNOWN
    }

    /// Takes over the handle that `PQconnectStart` gave.
    func adopt(_ handle: OpaquePointer) { self.handle = handle }

    /// Closes the socket; every later use says why.
    func drop(_ reason: String) {
        guard let handle else { return }
        self.handle = nil
        reasonOfLoss = reason
        prepared = [:]
        isCopyingOut = false
        PQfinish(handle)
        finishListeners()
    }

    /// The end of an orderly life.
    func finish() { drop("it was closed") }

    /// Closes a connection that turned out broken.
    /// - Returns: what to throw, in the server's own words where it sent any.
    func dropBroken(_ fallback: String? = nil) -> ConnectionError {
        let told = handle.map { oneLine(String(cString: PQerrorMessage($0))) } ?? ""
        let reason = notices.lastFatal ?? fallback ?? (told.isEmpty ? reasonOfLoss : told)
        drop(reason)
        return .lost(reason: reason)
    }

    /// Called between operations when the socket has something: notifications, notices, or the end.
    func readIdleInput() {
        guard let handle else { return }
        guard PQconsumeInput(handle) == 1 else {
            if case .lost(let reason) = dropBroken() {
                logger.info("a connection was lost while idle", metadata: ["reason": "\(reason)"])
            }
            return
        }
        deliverNotifications()
    }

    /// Reads what has come since the last operation, the end of the stream included.
    func checkIdle() -> Bool {
        let ready = waitReady(wakeup: wakeup, socket: socket, until: .now)
        if ready.contains(.readable) { readIdleInput() }
        return isOpen
    }
}
