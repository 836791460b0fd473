import Glibc
import Logging

/// Brings the server of one cluster up or down. Everything here happens under the control lock.
struct ClusterServer: Sendable {
    /// What had to be done to have a running server.
    enum Effort: String, Sendable {
        case created, started, restarted, adopted
    }

    let layout: ClusterLayout
    let user: ServerUser
    let installation: Installation
    let timeouts: Timeouts
    let logger: Logger

    /// Chooses the installation: the cluster's major version if there is a cluster, else the preferred one.
    static func chooseInstallation(for layout: ClusterLayout, among search: InstallationSearch) throws -> Installation {
        guard let preferred = search.installations.first else {
            throw EmbeddedPostgresError.serverNotFound(searched: search.notes.map(\.description))
        }
        guard let major = clusterMajor(layout) else { return preferred }
        guard let match = search.installations.first(where: { $0.major == major }) else {
            throw EmbeddedPostgresError.majorVersionMismatch(
                directory: layout.data,
                clusterMajor: major,
                installed: search.installations.map(\.version)
            )
        }
        return match
    }

    /// The major version that made the cluster; nil when there is no cluster.
    static func clusterMajor(_ layout: ClusterLayout) -> Int? {
        Files.read(layout.data + "/PG_VERSION").flatMap { Int(trimmed($0)) }
    }

    /// Makes, starts, restarts or adopts the server, whichever is needed.
    ///
    /// - Returns: what was done, and the directory of the socket.
    func bringUp() async throws -> (effort: Effort, socketDirectory: String) {
        if Self.clusterMajor(layout) == nil {
            logger.info("making a new PostgreSQL cluster", metadata: metadata)
            try await ClusterMaker(layout: layout, installation: installation, user: user).make()
            return (.created, try await start())
        }
        guard let file = PostmasterFile(dataDirectory: layout.data), control.processes.contains(file.pid) else {
            return (.started, try await startAfterDeath())
        }
        if file.status == .ready, let directory = file.socketDirectory,
            Files.information(directory + "/" + SocketDirectory.socketName) != nil
        {
            return (.adopted, directory)
        }
        // Somebody died while starting or stopping it, or its socket was deleted. pg_ctl waits for the end,
        // which makes the state certain.
        logger.warning("the PostgreSQL server is there but not ready: restarting it", metadata: metadata)
        try await stop()
        return (.restarted, try await startAfterDeath())
    }

    /// Stops the server: politely, and if that takes too long, at once (the next start recovers).
    func stop() async throws {
        do {
            try await control.stop(.fast, timeoutSeconds: timeouts.stop)
        } catch EmbeddedPostgresError.stopFailed {
            try await control.stop(.immediate, timeoutSeconds: timeouts.stop)
        }
    }

    private func startAfterDeath() async throws -> String {
        let directory = try SocketDirectory.make(layout: layout, user: user)
        if try await control.clearRemains(socketDirectory: directory) {
            logger.notice("removed the pid file of a server that died", metadata: metadata)
        }
        return try await start()
    }

    private func start() async throws -> String {
        let directory = try SocketDirectory.make(layout: layout, user: user)
        try control.configure(.durable(socketDirectory: directory), localFile: layout.localConfiguration)
        ServerLog(path: layout.log).rotate()
        try await control.start(timeoutSeconds: timeouts.start)
        return directory
    }

    private var control: ServerControl {
        ServerControl(
            installation: installation,
            user: user,
            directory: layout.data,
            log: layout.log,
            clusterName: layout.clusterName
        )
    }

    private var metadata: Logger.Metadata {
        ["directory": "\(layout.data)", "postgres": "\(installation.version)", "user": "\(user.name)"]
    }
}

/// How long each part may take, in seconds.
struct Timeouts: Sendable {
    var start = 60
    var stop = 60
    /// Longer than another process needs for making and starting a cluster.
    var lock = 180
}
