import Glibc
import Logging
import Synchronization

extension EmbeddedCluster {
    /// The right to use the running server. The last lease to be released stops it.
    ///
    /// A lease that is dropped without ``release()`` leaves the server running for the next user to adopt.
    public final class Lease: Sendable {
        /// How to connect: a libpq conninfo string.
        public let conninfo: String
        /// The directory of the server's socket.
        public let socketDirectory: String
        /// A line for a shell that opens this database.
        public let psqlCommand: String
        /// The programs the server runs on.
        public let installation: Installation
        /// PGDATA.
        public let clusterDirectory: String
        /// The server's log file.
        public let log: String

        let effort: ClusterServer.Effort
        private let server: ClusterServer
        private let users: FileLock
        private let isReleased = Mutex(false)

        init(server: ClusterServer, users: FileLock, effort: ClusterServer.Effort, socketDirectory: String) {
            self.server = server
            self.users = users
            self.effort = effort
            self.socketDirectory = socketDirectory
            installation = server.installation
            clusterDirectory = server.layout.data
            log = server.layout.log
            let address = ServerAddress(socketDirectory: socketDirectory)
            conninfo = address.conninfo
            psqlCommand = address.psqlCommand(installation: server.installation)
        }

        /// Starts the server again if it has died. Connections made before are lost either way.
        ///
        /// - Throws: what starting a server throws; `lockTimeout` if somebody else takes too long with it.
        public func ensureRunning() async throws {
            let control = try FileLock(path: server.layout.controlLock, owner: server.user)
            try await control.lock(.exclusive, timeoutSeconds: server.timeouts.lock)
            try await Task { [server] in
                defer { control.unlock() }
                control.recordHolder()
                let effort = try await server.bringUp().effort
                if effort != .adopted {
                    server.logger.warning("the PostgreSQL server had died and was started again")
                }
            }.value
        }

        /// Gives the lease back, and stops the server if nobody else holds one. Safe to call twice.
        ///
        /// Never throws: a server that would not stop is reported to the log and adopted by the next user.
        public func release() async {
            let isFirst = isReleased.withLock { released in
                defer { released = true }
                return !released
            }
            guard isFirst else { return }
            // A task of its own: a cancelled caller must still be able to clean up.
            await Task { [server, users] in
                do {
                    let control = try FileLock(path: server.layout.controlLock, owner: server.user)
                    try await control.lock(.exclusive, timeoutSeconds: server.timeouts.lock)
                    // In this order: who gets the control lock next counts on a free users lock.
                    defer {
                        users.unlock()
                        control.unlock()
                    }
                    control.recordHolder()
                    guard try users.tryLock(.exclusive) else { return }
                    server.logger.info("nobody uses the private PostgreSQL server any more: stopping it")
                    try await server.stop()
                } catch {
                    users.unlock()
                    server.logger.error(
                        "the private PostgreSQL server was not stopped",
                        metadata: ["error": "\(error)"]
                    )
                }
            }.value
        }
    }
}
