import HTTPTypes

extension ConnectionStateMachine {
    /// The handler has answered. A stream's bytes follow with `write`.
    mutating func respond(_ response: HTTPServerResponse, now: Moment) -> Action {
        guard case .handling(var exchange) = phase else { return .none }
        let response = finalResponse(response)
        exchange.keepAlive = exchange.keepAlive && !isDraining && !asksToClose(response)
        let framing = framing(of: response, to: exchange)
        if framing == .untilClose { exchange.keepAlive = false }
        enqueueHead(response.status, response.headerFields, framing: framing, exchange: exchange, now: now)
        phase = .sending(exchange)
        if exchange.isHead || framing == .none { return .none }
        switch response.body {
        case .bytes(let bytes):
            enqueue(bytes, now: now)
        case .stream:
            // From here on silence counts, not how long the handler took.
            if halfClosedSince != nil { halfClosedSince = now.instant }
            phase = .streaming(exchange)
        }
        return .none
    }

    /// The stream has bytes, not none.
    mutating func write(_ bytes: [UInt8], now: Moment) {
        guard case .streaming(let exchange) = phase else { return }
        if halfClosedSince != nil { halfClosedSince = now.instant }
        enqueue(exchange.version == .http11 ? ChunkEncoder.chunk(bytes) : bytes, now: now)
    }

    /// The stream has come to its end, or has `failed` and cannot be completed.
    mutating func endStream(failed: Bool, now: Moment) -> Action {
        guard case .streaming(var exchange) = phase else { return .none }
        if failed {
            // Chunked, the missing last chunk tells the client; otherwise only a reset can.
            if exchange.version == .http10 {
                _ = close()
                return .abort
            }
            exchange.keepAlive = false
        } else if exchange.version == .http11 {
            enqueue(ChunkEncoder.end, now: now)
        }
        phase = .sending(exchange)
        return finishIfSent(now: now)
    }

    /// The socket has taken bytes of `output`.
    mutating func sent(_ count: Int, now: Moment) -> Action {
        output.drop(count)
        lastProgress = now.instant
        if isStreaming, halfClosedSince != nil { halfClosedSince = now.instant }
        return finishIfSent(now: now)
    }

    /// Answers a request that no handler will see, and the connection's last.
    mutating func refuse(_ fault: RequestFault, as exchange: Exchange, now: Moment) {
        var exchange = exchange
        exchange.keepAlive = false
        let body = settings.errorBody(fault.status, fault.detail)
        var fields: HTTPFields = [.contentType: body.contentType]
        if fault.status == .serviceUnavailable { fields[.retryAfter] = "\(limits.retryAfterSeconds)" }
        enqueueHead(fault.status, fields, framing: .length(body.bytes.count), exchange: exchange, now: now)
        if !exchange.isHead { enqueue(body.bytes, now: now) }
        phase = .sending(exchange)
        parser = RequestParser(limits: limits)
    }

    mutating func enqueue(_ bytes: [UInt8], now: Moment) {
        if output.isEmpty { lastProgress = now.instant }
        output.append(bytes)
    }

    private mutating func finishIfSent(now: Moment) -> Action {
        guard output.isEmpty, case .sending(let exchange) = phase else { return .none }
        guard exchange.keepAlive, !isDraining else {
            phase = .lingering(until: now.instant + limits.lingerTime)
            parser = RequestParser(limits: limits)
            return .closeSending
        }
        halfClosedSince = nil
        guard parser.hasUnusedInput else {
            phase = .idle(until: now.instant + limits.idleTime)
            return .none
        }
        phase = .readingHead(until: now.instant + limits.headerTime)
        return parse(now: now)
    }

    private mutating func enqueueHead(
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields,
        framing: ResponseHeadEncoder.Framing,
        exchange: Exchange,
        now: Moment
    ) {
        let persistence: ResponseHeadEncoder.Persistence =
            if !exchange.keepAlive { .close } else if exchange.version == .http10 { .keepAlive } else { .implied }
        let defaults = settings.defaultFields.filter { fields[$0.name] == nil }
        let head = ResponseHeadEncoder.encode(
            status: status,
            fields: fields + defaults,
            framing: framing,
            persistence: persistence,
            date: now.date
        )
        enqueue(head, now: now)
    }

    private func framing(of response: HTTPServerResponse, to exchange: Exchange) -> ResponseHeadEncoder.Framing {
        if response.status.code == 204 || response.status.code == 304 { return .none }
        switch response.body {
        case .bytes(let bytes): return .length(bytes.count)
        case .stream: return exchange.version == .http11 ? .chunked : .untilClose
        }
    }

    /// A handler's answer is final; an interim or invented status would leave the client waiting.
    private func finalResponse(_ response: HTTPServerResponse) -> HTTPServerResponse {
        if (200...599).contains(response.status.code) { return response }
        let body = settings.errorBody(.internalServerError, "The server made an answer that is none.")
        return HTTPServerResponse(
            status: .internalServerError,
            headerFields: [.contentType: body.contentType],
            body: .bytes(body.bytes)
        )
    }

    private func asksToClose(_ response: HTTPServerResponse) -> Bool {
        response.headerFields[values: .connection].contains { $0.utf8.equalsIgnoringCase("close") }
    }
}
