import Glibc

/// New connections, and what happens when there are too many of them.
extension EventLoop {
    /// Connections accepted before others have their turn.
    private static let acceptTurn = 256

    func acceptWaiting() {
        guard isListening else { return }
        for _ in 0..<Self.acceptTurn {
            switch configuration.accept(configuration.listener.descriptor) {
            case .connection(let descriptor, let remoteAddress): admit(descriptor, remoteAddress)
            case .none: return
            case .failed: continue
            case .exhausted:
                makeRoom()
                return
            }
        }
    }

    func stopListening() {
        isListening = false
        acceptResumes = nil
        // Closing takes it out of epoll as well.
        configuration.listener.close()
    }

    func resumeAcceptIfDue() {
        guard let due = acceptResumes, due <= now.instant else { return }
        acceptResumes = nil
        if reserve < 0 { openReserve() }
        configuration.epoll.change(configuration.listener.descriptor, tag: Tag.listener, to: [.input])
    }

    func openReserve() {
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    private func admit(_ descriptor: Int32, _ remoteAddress: String) {
        let isFull = connections.count - refusedCount >= limits.connections
        guard !isFull || refusedCount < limits.refusedConnections else {
            turnAway(descriptor)
            return
        }
        let connection = Connection(
            id: nextTag,
            descriptor: descriptor,
            remoteAddress: remoteAddress,
            isRefused: isFull,
            machine: isFull ? refusal() : ConnectionStateMachine(settings: configuration.settings, now: now)
        )
        guard configuration.epoll.add(descriptor, tag: connection.id, for: connection.interest) else {
            turnAway(descriptor)
            return
        }
        nextTag += 1
        if isFull { refusedCount += 1 }
        connections[connection.id] = connection
        settle(connection)
    }

    /// No descriptor is left. The reserve is spent on telling the longest waiting client; when even that fails,
    /// accepting rests, for the listener stays readable and the loop would spin.
    private func makeRoom() {
        if reserve >= 0 {
            _ = close(reserve)
            reserve = -1
            if case .connection(let descriptor, _) = configuration.accept(configuration.listener.descriptor) {
                turnAway(descriptor)
                openReserve()
                if reserve >= 0 { return }
            }
        }
        logger.warning(
            "no descriptor left for new connections; accepting rests. Raise the limit on open files, or lower the number of clients",
            metadata: ["pause": "\(limits.acceptPause)", "connections": "\(connections.count)"]
        )
        configuration.epoll.change(configuration.listener.descriptor, tag: Tag.listener, to: [])
        acceptResumes = now.instant + limits.acceptPause
    }

    private func refusal() -> ConnectionStateMachine {
        ConnectionStateMachine(settings: configuration.settings, refusing: .tooManyConnections, now: now)
    }

    /// Says 503 as well as it goes without keeping the connection.
    private func turnAway(_ descriptor: Int32) {
        let connection = Connection(
            id: 0,
            descriptor: descriptor,
            remoteAddress: "",
            isRefused: true,
            machine: refusal()
        )
        _ = connection.flush(now: now) { _ in }
        _ = close(descriptor)
    }
}
