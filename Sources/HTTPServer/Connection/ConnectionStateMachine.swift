import HTTPTypes

/// One connection's side of the protocol, without its socket: events go in, bytes to send (`output`), a `deadline`
/// and an `Action` come out. It reads no clock and makes no call, so every path is tested with plain values.
///
/// ```
/// idle ─▶ readingHead ─▶ readingBody ─▶ handling ─▶ sending ─▶ idle | lingering ─▶ closed
///              └── refused ──┴──────────▶ sending     └▶ streaming ─▶ sending
/// ```
/// If the client finishes sending while it waits for an answer, it may still be listening (`nc -N`) or be gone; TCP
/// does not tell. A handler goes on, and after `halfClosedTime` an interim answer provokes the reset that a gone
/// client's kernel sends. A stream that stays silent for that long is given up.
struct ConnectionStateMachine {
    /// What the owner of the socket has to do after an event. Output, interest and deadline are looked at anyway.
    enum Action {
        case none
        /// Run the handler and come back with `respond`.
        case dispatch(RequestHead, body: [UInt8])
        /// Tell the client that nothing more comes, and go on reading until it hangs up.
        case closeSending
        case close
        /// Close with a reset, so that a body without declared length does not look complete.
        case abort
    }

    enum Phase {
        case idle(until: ContinuousClock.Instant)
        case readingHead(until: ContinuousClock.Instant)
        case readingBody(RequestHead, until: ContinuousClock.Instant)
        case handling(Exchange)
        case streaming(Exchange)
        case sending(Exchange)
        case lingering(until: ContinuousClock.Instant)
        case closed
    }

    /// Most bytes read and thrown away from a client that goes on talking after its answer.
    static let mostLingeringBytes = 4 * 1024 * 1024

    let settings: ConnectionSettings
    var phase: Phase
    var parser: RequestParser
    var output = OutputQueue()
    /// The last time the client took bytes, or had none to take.
    var lastProgress: ContinuousClock.Instant
    /// Set when the client has finished sending while it waits for an answer.
    var halfClosedSince: ContinuousClock.Instant?
    var isDraining = false
    var lingeringBytes = 0

    var limits: Limits { settings.limits }

    init(settings: ConnectionSettings, now: Moment) {
        self.settings = settings
        parser = RequestParser(limits: settings.limits)
        lastProgress = now.instant
        phase = .idle(until: now.instant + settings.limits.headerTime)
    }

    /// A connection that gets its refusal and nothing else.
    init(settings: ConnectionSettings, refusing fault: RequestFault, now: Moment) {
        self.init(settings: settings, now: now)
        refuse(fault, as: .refused, now: now)
    }

    // MARK: What the owner of the socket looks at

    /// Reading stops while a request is answered: pipelined requests wait in the kernel's buffer.
    var wantsInput: Bool {
        switch phase {
        case .idle, .readingHead, .readingBody, .lingering: true
        case .handling, .streaming, .sending, .closed: false
        }
    }

    /// Whether it matters that the client finishes sending, when input is not read.
    var wantsToKnowHalfClose: Bool { !wantsInput && halfClosedSince == nil }

    var isIdle: Bool {
        if case .idle = phase { true } else { false }
    }

    var isStreaming: Bool {
        if case .streaming = phase { true } else { false }
    }

    var isHandling: Bool {
        if case .handling = phase { true } else { false }
    }

    /// Bytes of requests held here or by the handler.
    var requestBytes: Int {
        switch phase {
        case .handling(let exchange): parser.heldBytes + exchange.requestBytes
        default: parser.heldBytes
        }
    }

    /// When `timePassed` has to be called, unless something else happens before.
    var deadline: ContinuousClock.Instant? {
        let stall = output.isEmpty ? nil : lastProgress + limits.writeStallTime
        return [phaseDeadline, stall].compactMap { $0 }.min()
    }

    private var phaseDeadline: ContinuousClock.Instant? {
        switch phase {
        case .idle(let until), .readingHead(let until), .readingBody(_, let until), .lingering(let until): until
        case .handling(let exchange):
            exchange.hasProbed || exchange.version == .http10 ? nil : halfClosedSince.map { $0 + limits.halfClosedTime }
        case .streaming: output.isEmpty ? halfClosedSince.map { $0 + limits.halfClosedTime } : nil
        case .sending, .closed: nil
        }
    }
}
