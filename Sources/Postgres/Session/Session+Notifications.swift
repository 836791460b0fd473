import CLibPQ

extension Session {
    /// Hands out what NOTIFY has brought; libpq collects it whenever it reads.
    func deliverNotifications() {
        guard let connection = try? self.connection else { return }
        while let found = PQnotifies(connection) {
            defer { PQfreemem(found) }
            let notification = PostgresNotification(
                channel: String(cString: found.pointee.relname),
                payload: String(cString: found.pointee.extra),
                processID: Int(found.pointee.be_pid)
            )
            for listener in (listeners[notification.channel] ?? [:]).values { listener.yield(notification) }
        }
    }

    /// Ends all streams: nothing will come any more.
    func finishListeners() {
        let ended = listeners
        listeners = [:]
        for channel in ended.values { for listener in channel.values { listener.finish() } }
    }
}
