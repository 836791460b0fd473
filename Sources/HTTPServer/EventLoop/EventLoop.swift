import Glibc
import Logging

/// Everything a loop is made from; may travel to the loop's thread.
struct EventLoopConfiguration: Sendable {
    let listener: Listener
    let epoll: Epoll
    let mailbox: Mailbox
    let settings: ConnectionSettings
    let logger: Logger
    let accept: AcceptCall
    let handler: Handler
}

/// All sockets of a server, served by one thread.
///
/// The loop waits for sockets, for messages from handlers (`Mailbox`) and for the next deadline, and never for
/// anything else: handlers run in tasks of their own. Nothing here is touched by another thread.
final class EventLoop {
    enum Tag {
        static let mailbox: UInt64 = 0
        static let listener: UInt64 = 1
        static let firstConnection: UInt64 = 2
    }

    /// Bytes read at a time.
    private static let readSize = 16 * 1024
    /// Deadlines are looked at no more often than this, all of them in one go.
    private static let deadlineGrain: Duration = .milliseconds(10)

    let configuration: EventLoopConfiguration
    var connections: [UInt64: Connection] = [:]
    var nextTag = Tag.firstConnection
    var refusedCount = 0
    var requestBytes = 0
    var now: Moment
    /// A descriptor kept to be given up when there is no other.
    var reserve: Int32 = -1
    var isListening = true
    var acceptResumes: ContinuousClock.Instant?
    let scratch: UnsafeMutableRawBufferPointer
    private var dateSecond = 0
    private var nextDeadline: ContinuousClock.Instant?
    private var drainEnds: ContinuousClock.Instant?

    var limits: Limits { configuration.settings.limits }
    var logger: Logger { configuration.logger }

    init(_ configuration: EventLoopConfiguration) {
        self.configuration = configuration
        scratch = .allocate(byteCount: Self.readSize, alignment: 16)
        now = Moment(instant: .now, date: "")
        look()
        openReserve()
    }

    deinit {
        scratch.deallocate()
    }

    /// Serves until a shutdown is complete.
    func run() {
        while !isFinished {
            configuration.epoll.wait(for: timeToNextEvent) { ready in
                look()
                switch ready.tag {
                case Tag.mailbox: readMailbox()
                case Tag.listener: acceptWaiting()
                default: handle(ready)
                }
            }
            look()
            resumeAcceptIfDue()
            checkDeadlines()
        }
        end()
    }

    /// A connection's deadline has been set.
    func remember(_ deadline: ContinuousClock.Instant?) {
        guard let deadline else { return }
        nextDeadline = min(nextDeadline ?? deadline, deadline)
    }

    private var isFinished: Bool {
        guard let drainEnds else { return false }
        return connections.isEmpty || now.instant >= drainEnds
    }

    private var timeToNextEvent: Duration? {
        let next = [nextDeadline, acceptResumes, drainEnds].compactMap { $0 }.min()
        return next.map { now.instant.duration(to: $0) }
    }

    /// Reads the clocks.
    private func look() {
        now.instant = .now
        let second = time(nil)
        if second != dateSecond || now.date.isEmpty {
            dateSecond = second
            now.date = HTTPDate.format(secondsSince1970: second)
        }
    }

    /// One pass over all connections when the earliest deadline may have come. Deadlines mostly move away before
    /// they come (every request moves one), so no order is kept among them.
    private func checkDeadlines() {
        guard let due = nextDeadline, due <= now.instant else { return }
        nextDeadline = nil
        for connection in Array(connections.values) {
            guard let deadline = connection.machine.deadline else { continue }
            if deadline <= now.instant { perform(connection.machine.timePassed(now: now), on: connection) }
            settle(connection)
        }
        nextDeadline = nextDeadline.map { max($0, now.instant + Self.deadlineGrain) }
    }

    private func readMailbox() {
        for message in configuration.mailbox.takeAll() {
            switch message {
            case .respond(let exchange, let response): respond(response, to: exchange)
            case .write(let exchange, let bytes, let pending): write(bytes, to: exchange, pending)
            case .endStream(let exchange, let failed): endStream(exchange, failed: failed)
            case .shutdown(let grace): drain(grace: grace)
            case .knock(let answer): answer()
            }
        }
    }

    private func drain(grace: Duration) {
        let end = now.instant + grace
        if let drainEnds {
            self.drainEnds = min(drainEnds, end)
            return
        }
        drainEnds = end
        // Who has asked before this moment is still answered.
        acceptWaiting()
        stopListening()
        for connection in Array(connections.values) {
            if connection.machine.isIdle { read(connection) }
            perform(connection.machine.drain(), on: connection)
            if connection.machine.isStreaming { connection.task?.cancel() }
            settle(connection)
        }
    }

    private func end() {
        for connection in Array(connections.values) { drop(connection) }
        for message in configuration.mailbox.close() {
            if case .write(_, _, let pending) = message { pending.finish(throwing: ClientGone()) }
        }
        if reserve >= 0 { _ = Glibc.close(reserve) }
        configuration.epoll.close()
    }
}
