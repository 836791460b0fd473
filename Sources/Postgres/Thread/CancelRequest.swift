import CLibPQ
import Glibc
import Synchronization

/// Asks the server to give up the running statement.
///
/// `PQcancel` opens a second connection and blocks until the server has closed it, and libpq 15 has no asynchronous
/// form, so it runs on a thread of its own that ends with the call. The connection's thread waits for both this and
/// the statement's answer: a request still under way could otherwise hit the next statement.
final class CancelRequest: Sendable {
    private let outcome = Mutex<Bool?>(nil)

    /// Whether the request has reached its end, successful or not.
    var isDone: Bool { outcome.withLock { $0 != nil } }

    /// Starts the request. One that can't even start is done at once, and the statement's deadline does the rest.
    static func start(_ connection: OpaquePointer, wakeup: Wakeup) -> CancelRequest {
        let request = CancelRequest()
        guard let handle = PQgetCancel(connection) else {
            request.finish(false)
            return request
        }
        let target = Target(handle: handle)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 1 << 18)
        let code = startDetached(&attributes, name: "pg-cancel") {
            var message = [CChar](repeating: 0, count: 256)
            let sent = PQcancel(target.handle, &message, Int32(message.count)) == 1
            PQfreeCancel(target.handle)
            request.finish(sent)
            wakeup.signal()
        }
        if code != 0 {
            PQfreeCancel(handle)
            request.finish(false)
        }
        return request
    }

    private func finish(_ sent: Bool) { outcome.withLock { $0 = sent } }

    /// A `PGcancel` is a copy of the server's address and key, tied to no thread.
    private struct Target: @unchecked Sendable { let handle: OpaquePointer }
}
