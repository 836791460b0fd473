import HTTPTypes

@testable import HTTPServer

/// What a connection promises to a client that sends any bytes, cut anywhere, and is served by any handler.
///
/// Every choice (where the bytes are cut, what is answered, how much the client takes at a time, whether it hangs up
/// or falls silent) comes from the bytes themselves, so a finding repeats itself.
struct ConnectionProperties {
    private enum Answer: CaseIterable {
        case bytes, closing, empty, stream, failedStream, invalidStatus
    }

    private let bytes: [UInt8]
    private let limits: Limits
    private var generator: SeededGenerator
    private var machine: ConnectionStateMachine
    private var now = Moment(instant: .now, date: "Sun, 06 Nov 1994 08:49:37 GMT")
    private var output: [UInt8] = []
    private var dispatched: [RequestHead] = []
    /// The last request after which nothing more may be served.
    private var hasAnsweredLast = false
    private var isClosed = false
    /// Cut with a reset, wherever the client was in reading its answer.
    private var isAborted = false
    private var violation: String?

    /// The first promise that is broken on these bytes, or nil.
    static func violation(by bytes: [UInt8], limits: Limits) -> String? {
        var properties = ConnectionProperties(bytes, limits)
        properties.converse()
        return properties.violation ?? properties.judge()
    }

    private init(_ bytes: [UInt8], _ limits: Limits) {
        self.bytes = bytes
        self.limits = limits
        generator = SeededGenerator(hashing: bytes)
        // A hostile client's words come back in an error as in an answer.
        let settings = ConnectionSettings(limits: limits) { _, detail in ("text/plain", Array(detail.utf8)) }
        machine = ConnectionStateMachine(settings: settings, now: now)
    }

    private mutating func converse() {
        for piece in generator.pieces(of: bytes, longest: 60) {
            while !machine.wantsInput, !isClosed, violation == nil { serve() }
            if isClosed || violation != nil { return }
            perform(machine.received(piece, now: now))
            let held = machine.requestBytes
            let line = max(limits.requestLineBytes, limits.headerBytes, limits.chunkLineBytes) + 1
            let bound = 2 * limits.bodyBytes + line + piece.count
            if held > bound { violation = "\(held) bytes are held, \(bound) may be" }
            if Bool.random(using: &generator) { take() }
        }
        finish()
    }

    /// The client hangs up, or says nothing more: either way the connection ends, and soon.
    private mutating func finish() {
        let hangsUp = Bool.random(using: &generator)
        for _ in 0..<(4 * dispatched.count + 4 * bytes.count + 20) where !isClosed && violation == nil {
            if !machine.wantsInput || !machine.output.isEmpty {
                serve()
            } else if hangsUp {
                perform(machine.receivedEnd(now: now))
            } else if let deadline = machine.deadline {
                now.instant = max(now.instant, deadline)
                perform(machine.timePassed(now: now))
            } else {
                violation = "a connection that waits for its client has no deadline"
            }
        }
        if !isClosed, violation == nil { violation = "the connection does not end: \(machine.phase)" }
    }

    /// Whoever is awaited, handler or client, does what is awaited.
    private mutating func serve() {
        if machine.isHandling { answer() } else { take() }
    }

    private mutating func answer() {
        guard let head = dispatched.last else { return }
        let answer = Answer.allCases.randomElement(using: &generator) ?? .bytes
        // The whole input, as hostile as it is, in a field and in the body.
        var fields: HTTPFields = [:]
        fields[HTTPField.Name("X-Echo")!] = "a\r\nX-Evil: 1\r\n\r\n" + String(decoding: bytes, as: UTF8.self)
        if answer == .closing { fields[.connection] = "close" }
        let status: HTTPResponse.Status =
            switch answer {
            case .empty: .noContent
            case .invalidStatus: .init(code: 100)
            default: .init(code: 222, reasonPhrase: "X\r\nX-Evil: 2\r\n")
            }
        let isStream = answer == .stream || answer == .failedStream
        let body: HTTPServerResponse.Body = isStream ? .stream { _ in } : .bytes(Array(bytes.prefix(100)))
        let endsConnection =
            !head.keepAlive || answer == .closing || (isStream && head.version == .http10)
            || (answer == .failedStream && head.method != .head)
        hasAnsweredLast = hasAnsweredLast || endsConnection
        perform(machine.respond(HTTPServerResponse(status: status, headerFields: fields, body: body), now: now))
        while machine.isStreaming, Bool.random(using: &generator) {
            machine.write(Array(bytes.prefix(7)), now: now)
            if Bool.random(using: &generator) { take() }
        }
        if machine.isStreaming { perform(machine.endStream(failed: answer == .failedStream, now: now)) }
        take()
    }

    /// The client takes all that waits for it, in gulps.
    private mutating func take() {
        let gulp = Int.random(in: 1...50, using: &generator)
        var taken: [UInt8] = []
        while let count = machine.output.withFirstSegment({ segment, _ in
            taken.append(contentsOf: segment.prefix(gulp))
            return min(segment.count, gulp)
        }) {
            perform(machine.sent(count, now: now))
        }
        output += taken
    }

    private mutating func perform(_ action: ConnectionStateMachine.Action) {
        if isClosed { violation = "something happens after the end" }
        switch action {
        case .none, .closeSending: break
        case .close: isClosed = true
        case .abort: (isClosed, isAborted) = (true, true)
        case .dispatch(let head, _):
            if hasAnsweredLast { violation = "a request is served behind the last one" }
            dispatched.append(head)
        }
    }

    /// What was served and what was written, held against what the parser makes of the bytes in one piece.
    private func judge() -> String? {
        let run = ParserRun(whole: bytes, limits: limits)
        let served = dispatched.map { "\($0.method) \($0.target.segments)" }
        let wanted = run.accepted.prefix(dispatched.count).map { "\($0.head.method) \($0.head.target.segments)" }
        if served != wanted { return "served \(served) of \(run)" }
        if !hasAnsweredLast, dispatched.count < run.accepted.count { return "served \(dispatched.count) of \(run)" }
        if isAborted { return nil }
        // A refusal of a body answers the request that it belongs to.
        let answered = dispatched + (run.unfinished.map { [$0] } ?? [])
        do throws(ResponseReader.Malformed) {
            let responses = try ResponseReader.responses(in: output, isHead: answered.map { $0.method == .head })
            return judge(responses, run)
        } catch {
            return "written: \(error.why)"
        }
    }

    private func judge(_ responses: [ResponseReader.Response], _ run: ParserRun) -> String? {
        let isComplete = run.ends.last ?? 0 == bytes.count
        let wantsRefusal = !hasAnsweredLast && (run.fault != nil || !isComplete)
        guard responses.count == dispatched.count + (wantsRefusal ? 1 : 0) else {
            return "\(responses.count) answers to \(dispatched.count) requests, \(run)"
        }
        let ours = ["date", "content-length", "transfer-encoding", "connection", "content-type", "x-echo"]
        for response in responses {
            if let foreign = response.fields.first(where: { !ours.contains($0.name) }) {
                return "a field \(foreign.name) that nobody has set"
            }
        }
        guard wantsRefusal, let refusal = responses.last else { return nil }
        if refusal.value("connection") != "close" { return "a refusal that does not close" }
        let status = run.fault?.status.code
        guard let status else {
            return [400, 408].contains(refusal.status) ? nil : "\(refusal.status) for half a request"
        }
        return refusal.status == status ? nil : "\(refusal.status) instead of \(status)"
    }
}
