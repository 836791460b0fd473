import SQLText

extension Connection {
    /// Listens on a channel for as long as the stream is read.
    ///
    /// Notifications arrive while the connection is idle or between its statements; inside a transaction they wait for
    /// its end. A reader that falls behind loses the oldest ones beyond 1,024: a notification says that there is news,
    /// the tables say what. The stream ends when the connection is lost or closed.
    public nonisolated(nonsending) func notifications(
        on channel: Identifier
    ) async throws -> AsyncStream<PostgresNotification> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: PostgresNotification.self,
            bufferingPolicy: .bufferingNewest(1024)
        )
        let number = Scope.newNumber()
        try await perform("listen", timeout: nil) { session, operation in
            try session.script("listen \(channel.quoted)", operation)
            session.listeners[channel.name, default: [:]][Int(number)] = continuation
        }
        continuation.onTermination = { [weak self] _ in
            Task { [weak self] in await self?.stopListening(on: channel, Int(number)) }
        }
        return stream
    }

    private nonisolated(nonsending) func stopListening(on channel: Identifier, _ number: Int) async {
        do {
            try await perform("unlisten", timeout: nil) { session, operation in
                session.listeners[channel.name]?[number] = nil
                guard session.isOpen, session.listeners[channel.name]?.isEmpty == true else { return }
                session.listeners[channel.name] = nil
                try session.script("unlisten \(channel.quoted)", operation)
            }
        } catch {
            logger.debug("a channel could not be left", metadata: ["channel": "\(channel)", "reason": "\(error)"])
        }
    }
}
