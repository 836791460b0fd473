import CLinux
import Glibc
import Synchronization

/// Names one exchange on one connection, so that a late message finds nobody instead of the next exchange.
struct ExchangeID: Hashable, Sendable {
    var connection: UInt64
    var number: UInt64
}

/// What the rest of the process tells the event loop.
enum LoopMessage: Sendable {
    case respond(ExchangeID, HTTPServerResponse)
    case write(ExchangeID, [UInt8], PendingWrite)
    case endStream(ExchangeID, failed: Bool)
    case shutdown(grace: Duration)
    /// Somebody wants to know whether the loop goes round.
    case knock(@Sendable () -> Void)
}

/// The way into the event loop from any thread: a list under a lock, and an eventfd that wakes the loop.
final class Mailbox: Sendable {
    private struct State {
        var messages: [LoopMessage] = []
        var isOpen = true
    }

    /// Readable while messages wait.
    let descriptor: Int32
    private let state = Mutex(State())

    /// nil, with `errno` set, when the system has no descriptor left.
    init?() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        if descriptor < 0 { return nil }
    }

    deinit {
        _ = Glibc.close(descriptor)
    }

    /// - Returns: false when the loop has ended and nobody will ever read the message.
    @discardableResult
    func post(_ message: LoopMessage) -> Bool {
        let (isOpen, wasEmpty) = state.withLock { state in
            guard state.isOpen else { return (false, false) }
            state.messages.append(message)
            return (true, state.messages.count == 1)
        }
        if wasEmpty {
            // Adds to a counter: it fails only when that is full, and then the loop is awake anyway.
            eventfd_write(descriptor, 1)
        }
        return isOpen
    }

    /// All messages so far, oldest first.
    func takeAll() -> [LoopMessage] {
        var counter: eventfd_t = 0
        eventfd_read(descriptor, &counter)
        return state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }

    /// Takes no more messages. Returns those that nobody has read.
    func close() -> [LoopMessage] {
        state.withLock { state in
            state.isOpen = false
            defer { state.messages = [] }
            return state.messages
        }
    }
}
