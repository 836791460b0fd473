import Glibc

/// Established connections: between socket, protocol and handler.
extension EventLoop {
    func handle(_ ready: Epoll.Ready) {
        // It may have been closed by an event earlier in the same batch.
        guard let connection = connections[ready.tag] else { return }
        if !ready.events.isDisjoint(with: .gone) {
            drop(connection)
            return
        }
        if ready.events.contains(.input), connection.machine.wantsInput { read(connection) }
        if ready.events.contains(.halfClosed) {
            perform(connection.machine.clientFinishedSending(now: now), on: connection)
        }
        settle(connection)
    }

    /// One read; what is left makes the socket ready again.
    func read(_ connection: Connection) {
        let count = recv(connection.descriptor, scratch.baseAddress, scratch.count, 0)
        if count > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: scratch[..<count])
            if requestBytes + count > limits.totalRequestBytes { connection.machine.refuseForLackOfMemory(now: now) }
            perform(connection.machine.received(bytes, now: now), on: connection)
        } else if count == 0 {
            perform(connection.machine.receivedEnd(now: now), on: connection)
        } else if errno != EAGAIN, errno != EINTR {
            drop(connection)
        }
    }

    /// Brings the outside in line with the protocol's state; called after every event of a connection.
    func settle(_ connection: Connection) {
        guard connections[connection.id] != nil else { return }
        count(connection)
        if connection.flush(now: now, { perform($0, on: connection) }) == .failed { drop(connection) }
        guard connections[connection.id] != nil else { return }
        if connection.machine.output.count <= limits.streamBufferBytes { connection.resumeWrites() }
        let wanted = connection.wantedInterest
        if wanted != connection.interest {
            connection.interest = wanted
            configuration.epoll.change(connection.descriptor, tag: connection.id, to: wanted)
        }
        remember(connection.machine.deadline)
    }

    func perform(_ action: ConnectionStateMachine.Action, on connection: Connection) {
        switch action {
        case .none: break
        case .dispatch(let head, let body): dispatch(head, body, on: connection)
        case .closeSending: connection.closeSending()
        case .close: drop(connection)
        case .abort:
            connection.resetOnClose()
            drop(connection)
        }
    }

    /// Closes the connection and ends all that was done for it.
    func drop(_ connection: Connection) {
        guard connections.removeValue(forKey: connection.id) != nil else { return }
        requestBytes -= connection.countedBytes
        if connection.isRefused { refusedCount -= 1 }
        connection.resumeWrites(throwing: ClientGone())
        connection.task?.cancel()
        _ = close(connection.descriptor)
    }

    // MARK: Handlers and streams

    func respond(_ response: HTTPServerResponse, to exchange: ExchangeID) {
        guard let connection = connection(of: exchange) else { return }
        connection.task = nil
        perform(connection.machine.respond(response, now: now), on: connection)
        if connection.machine.isStreaming, case .stream(let produce) = response.body {
            startStream(produce, on: connection)
        }
        settle(connection)
    }

    func write(_ bytes: [UInt8], to exchange: ExchangeID, _ pending: PendingWrite) {
        guard let connection = connection(of: exchange), connection.machine.isStreaming else {
            pending.finish(throwing: ClientGone())
            return
        }
        connection.machine.write(bytes, now: now)
        connection.pendingWrites.append(pending)
        settle(connection)
    }

    func endStream(_ exchange: ExchangeID, failed: Bool) {
        guard let connection = connection(of: exchange) else { return }
        connection.task = nil
        perform(connection.machine.endStream(failed: failed, now: now), on: connection)
        settle(connection)
    }

    private func dispatch(_ head: RequestHead, _ body: [UInt8], on connection: Connection) {
        connection.exchangeNumber += 1
        let request = HTTPServerRequest(head: head, body: body, remoteAddress: connection.remoteAddress)
        connection.task = Task {
            [exchange = connection.exchange, handler = configuration.handler, mailbox = configuration.mailbox] in
            mailbox.post(.respond(exchange, await handler(request)))
        }
    }

    private func startStream(
        _ produce: @escaping @Sendable (ResponseWriter) async throws -> Void,
        on connection: Connection
    ) {
        let exchange = connection.exchange
        let mailbox = configuration.mailbox
        connection.prepareForStream()
        connection.task = Task {
            var failed = false
            do {
                try await produce(ResponseWriter { try await PendingWrite.write($0, to: exchange, through: mailbox) })
            } catch {
                failed = true
            }
            mailbox.post(.endStream(exchange, failed: failed))
        }
        if connection.machine.isDraining { connection.task?.cancel() }
    }

    private func connection(of exchange: ExchangeID) -> Connection? {
        guard let connection = connections[exchange.connection], connection.exchangeNumber == exchange.number else {
            return nil
        }
        return connection
    }

    /// Keeps the sum of request bytes.
    private func count(_ connection: Connection) {
        let bytes = connection.machine.requestBytes
        requestBytes += bytes - connection.countedBytes
        connection.countedBytes = bytes
    }
}
