extension ConnectionStateMachine {
    /// Bytes came from the client.
    mutating func received(_ bytes: some Collection<UInt8>, now: Moment) -> Action {
        switch phase {
        case .idle:
            phase = .readingHead(until: now.instant + limits.headerTime)
            parser.append(bytes)
            return parse(now: now)
        case .readingHead, .readingBody:
            parser.append(bytes)
            return parse(now: now)
        case .handling, .streaming:
            parser.append(bytes)
            return .none
        case .sending(let exchange):
            // Behind the last request nothing is read as a request any more.
            if exchange.keepAlive { parser.append(bytes) }
            return .none
        case .lingering:
            lingeringBytes += bytes.count
            return lingeringBytes > Self.mostLingeringBytes ? close() : .none
        case .closed:
            return .none
        }
    }

    /// The end of what the client sends was read.
    mutating func receivedEnd(now: Moment) -> Action {
        switch phase {
        case .readingHead, .readingBody:
            // It may have closed its sending side only; if not, the answer is lost and nothing else.
            halfClosedSince = now.instant
            refuse(.malformed("it ended before it was complete"), as: refusedExchange, now: now)
            return .none
        case .handling, .streaming, .sending:
            return clientFinishedSending(now: now)
        case .idle, .lingering, .closed:
            return close()
        }
    }

    /// The client has finished sending, perhaps behind bytes that are not read yet.
    mutating func clientFinishedSending(now: Moment) -> Action {
        if halfClosedSince == nil { halfClosedSince = now.instant }
        return .none
    }

    /// The deadline may have come.
    mutating func timePassed(now: Moment) -> Action {
        if !output.isEmpty, now.instant >= lastProgress + limits.writeStallTime { return close() }
        switch phase {
        case .idle(let until) where now.instant >= until:
            // Nothing was asked, so nothing is answered.
            return close()
        case .readingHead(let until) where now.instant >= until:
            refuse(.timedOut(waitingFor: .header), as: .refused, now: now)
            return .none
        case .readingBody(let head, let until) where now.instant >= until:
            refuse(.timedOut(waitingFor: .body), as: Exchange(head: head, requestBytes: 0), now: now)
            return .none
        case .lingering(let until) where now.instant >= until:
            return close()
        case .handling(let exchange):
            return probe(exchange, now: now)
        case .streaming:
            guard let since = halfClosedSince, now.instant >= since + limits.halfClosedTime else { return .none }
            return output.isEmpty ? close() : .none
        case .idle, .readingHead, .readingBody, .lingering, .sending, .closed:
            return .none
        }
    }

    /// The server is stopping: this request is the last one.
    mutating func drain() -> Action {
        isDraining = true
        return isIdle ? close() : .none
    }

    /// With the bytes that have just come, those of all connections together would be too many.
    mutating func refuseForLackOfMemory(now: Moment) {
        switch phase {
        case .idle, .readingHead, .readingBody: refuse(.tooManyRequestBytes, as: refusedExchange, now: now)
        case .handling, .streaming, .sending, .lingering, .closed: break
        }
    }

    /// Lets the parser work on what has arrived, up to the next complete request.
    mutating func parse(now: Moment) -> Action {
        do {
            while let event = try parser.next() {
                switch event {
                case .head(let head):
                    phase = .readingBody(head, until: now.instant + limits.bodyTime)
                    if head.expectsContinue, !parser.hasUnusedInput {
                        enqueue(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), now: now)
                    }
                case .request(let head, let body):
                    phase = .handling(Exchange(head: head, requestBytes: body.count))
                    halfClosedSince = nil
                    return .dispatch(head, body: body)
                }
            }
        } catch {
            refuse(error, as: refusedExchange, now: now)
        }
        return .none
    }

    private var refusedExchange: Exchange {
        if case .readingBody(let head, _) = phase { Exchange(head: head, requestBytes: 0) } else { .refused }
    }

    private mutating func probe(_ exchange: Exchange, now: Moment) -> Action {
        guard let since = halfClosedSince, now.instant >= since + limits.halfClosedTime, !exchange.hasProbed,
            exchange.version == .http11
        else { return .none }
        var probed = exchange
        probed.hasProbed = true
        phase = .handling(probed)
        enqueue(Array("HTTP/1.1 102 Processing\r\n\r\n".utf8), now: now)
        return .none
    }

    mutating func close() -> Action {
        phase = .closed
        output = OutputQueue()
        return .close
    }
}
