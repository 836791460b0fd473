import HTTPTypes

@testable import HTTPServer

/// A connection without a socket, at a time that the test decides.
struct MachineDriver {
    private static let start = ContinuousClock.now

    var machine: ConnectionStateMachine
    var now = Moment(instant: start, date: "Sun, 06 Nov 1994 08:49:37 GMT")
    /// One word per action that was not `.none`.
    var actions: [String] = []

    init(limits: Limits = .default, defaultFields: HTTPFields = [:]) {
        let settings = ConnectionSettings(limits: limits, defaultFields: defaultFields) { status, detail in
            ("text/plain", Array("\(status.code) \(detail)".utf8))
        }
        machine = ConnectionStateMachine(settings: settings, now: now)
    }

    /// Time since the start at which the machine wants to be woken.
    var deadline: Duration? { machine.deadline.map { Self.start.duration(to: $0) } }

    mutating func receive(_ text: String) {
        note(machine.received(Array(text.utf8), now: now))
    }

    mutating func receiveEnd() {
        note(machine.receivedEnd(now: now))
    }

    mutating func finishSending() {
        note(machine.clientFinishedSending(now: now))
    }

    mutating func respond(
        _ text: String = "ok",
        status: HTTPResponse.Status = .ok,
        fields: HTTPFields = [:]
    ) {
        let response = HTTPServerResponse(status: status, headerFields: fields, body: .bytes(Array(text.utf8)))
        note(machine.respond(response, now: now))
    }

    mutating func respondWithStream() {
        note(machine.respond(HTTPServerResponse(status: .ok, body: .stream { _ in }), now: now))
    }

    mutating func write(_ text: String) {
        machine.write(Array(text.utf8), now: now)
    }

    mutating func endStream(failed: Bool = false) {
        note(machine.endStream(failed: failed, now: now))
    }

    mutating func drain() {
        note(machine.drain())
    }

    /// Lets the time pass, and the deadline come if it is due.
    mutating func pass(_ time: Duration) {
        now.instant += time
        if let due = machine.deadline, due <= now.instant { note(machine.timePassed(now: now)) }
    }

    /// The client takes everything that waits, at most `piece` bytes at a time.
    mutating func take(piece: Int = .max) -> String {
        var taken: [UInt8] = []
        while let count = machine.output.withFirstSegment({ bytes, _ in
            taken.append(contentsOf: bytes.prefix(piece))
            return min(bytes.count, piece)
        }) {
            note(machine.sent(count, now: now))
        }
        return String(decoding: taken, as: UTF8.self)
    }

    private mutating func note(_ action: ConnectionStateMachine.Action) {
        switch action {
        case .none: break
        case .dispatch(let head, let body): actions.append("\(head.method) \(head.target.path) \(body.count)")
        case .closeSending: actions.append("closeSending")
        case .close: actions.append("close")
        case .abort: actions.append("abort")
        }
    }
}
