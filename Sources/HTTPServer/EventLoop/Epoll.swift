import CLinux
import Glibc

/// Which descriptors are ready (epoll(7), level-triggered).
struct Epoll: Sendable {
    /// What is waited for, and what has happened.
    struct Events: OptionSet {
        let rawValue: UInt32

        static let input = Events(rawValue: EPOLLIN.rawValue)
        static let output = Events(rawValue: EPOLLOUT.rawValue)
        /// The peer has finished sending, perhaps behind unread bytes.
        static let halfClosed = Events(rawValue: EPOLLRDHUP.rawValue)
        /// The connection is gone. Always reported, waited for or not.
        static let gone = Events(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
    }

    struct Ready {
        let tag: UInt64
        let events: Events
    }

    private static let batch = 256
    private let descriptor: Int32

    /// nil, with `errno` set, when the system has no descriptor left.
    init?() {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        if descriptor < 0 { return nil }
    }

    func close() {
        _ = Glibc.close(descriptor)
    }

    /// - Returns: whether the system has room for one more descriptor to watch.
    func add(_ watched: Int32, tag: UInt64, for events: Events) -> Bool {
        control(EPOLL_CTL_ADD, watched, tag, events)
    }

    func change(_ watched: Int32, tag: UInt64, to events: Events) {
        // Cannot fail for a descriptor that was added: modifying allocates nothing.
        _ = control(EPOLL_CTL_MOD, watched, tag, events)
    }

    /// Waits until something is ready or the time is over; nil waits for ever.
    func wait(for time: Duration?, _ body: (Ready) -> Void) {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.batch) { buffer in
            let count = epoll_wait(descriptor, buffer.baseAddress, Int32(Self.batch), Self.milliseconds(time))
            // Negative only for EINTR, which is no event.
            for event in buffer.prefix(max(0, Int(count))) {
                body(Ready(tag: event.data.u64, events: Events(rawValue: event.events)))
            }
        }
    }

    private func control(_ operation: Int32, _ watched: Int32, _ tag: UInt64, _ events: Events) -> Bool {
        var event = epoll_event()
        event.events = events.rawValue
        event.data.u64 = tag
        return epoll_ctl(descriptor, operation, watched, &event) == 0
    }

    /// Rounded up, so that a deadline has passed when it is looked at.
    private static func milliseconds(_ time: Duration?) -> Int32 {
        guard let time else { return -1 }
        let (seconds, attoseconds) = time.components
        if seconds < 0 || attoseconds < 0 { return 0 }
        return Int32(
            clamping: min(seconds, 1_000_000) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        )
    }
}
