import Glibc

/// One client: its socket, its protocol state, and the task that serves it. Lives on the loop's thread.
final class Connection {
    enum Flushed {
        case all
        /// The socket takes no more at the moment, or others should have a turn.
        case some
        case failed
    }

    /// Most bytes written before other connections have their turn.
    private static let flushTurn = 256 * 1024

    let id: UInt64
    let descriptor: Int32
    let remoteAddress: String
    /// It gets a 503 and does not count as served.
    let isRefused: Bool
    var machine: ConnectionStateMachine
    var interest: Epoll.Events
    /// Runs the handler or the stream of the current exchange.
    var task: Task<Void, Never>?
    var exchangeNumber: UInt64 = 0
    var pendingWrites: [PendingWrite] = []
    /// The request bytes that the loop has counted for this connection.
    var countedBytes = 0

    init(id: UInt64, descriptor: Int32, remoteAddress: String, isRefused: Bool, machine: ConnectionStateMachine) {
        self.id = id
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        self.isRefused = isRefused
        self.machine = machine
        interest = [.input]
    }

    var exchange: ExchangeID { ExchangeID(connection: id, number: exchangeNumber) }

    /// What the protocol wants to be told of.
    var wantedInterest: Epoll.Events {
        var events: Epoll.Events = []
        if machine.wantsInput { events.insert(.input) }
        if machine.wantsToKnowHalfClose { events.insert(.halfClosed) }
        if !machine.output.isEmpty { events.insert(.output) }
        return events
    }

    /// Sends what waits, and hands every action of the protocol to `perform`.
    func flush(now: Moment, _ perform: (ConnectionStateMachine.Action) -> Void) -> Flushed {
        var turn = Self.flushTurn
        while turn > 0 {
            let sent = machine.output.withFirstSegment { bytes, more in
                // MSG_MORE: a header goes out in one packet with the body behind it.
                send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0))
            }
            guard let sent else { return .all }
            if sent < 0 {
                switch errno {
                case EAGAIN: return .some
                case EINTR: continue
                default: return .failed
                }
            }
            turn -= sent
            perform(machine.sent(sent, now: now))
        }
        return .some
    }

    /// Nothing more comes from here.
    func closeSending() {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// A stream is about what is new: of bytes that the client does not take, the kernel keeps few, so that their sender
    /// finds out. And a client that vanished without a word is noticed by what it does not acknowledge.
    func prepareForStream() {
        for (option, value) in [(TCP_NOTSENT_LOWAT, Self.unsentInKernel), (TCP_USER_TIMEOUT, Self.unacknowledgedTime)] {
            var value = value
            // No TCP socket: a unix socket has a small buffer and no network to lose a client in.
            setsockopt(descriptor, Int32(IPPROTO_TCP), option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    private static let unsentInKernel: Int32 = 16 * 1024
    /// In milliseconds.
    private static let unacknowledgedTime: Int32 = 30_000

    /// Makes the coming close a reset.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Writers whose bytes are on their way may go on.
    func resumeWrites(throwing error: (any Error)? = nil) {
        for write in pendingWrites { write.finish(throwing: error) }
        pendingWrites = []
    }
}
