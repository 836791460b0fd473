import Logging

/// A private PostgreSQL server under the data directory, shared by every pgradient process that needs one.
///
/// Who holds what, and what if they die:
///
/// - `control.lock` is held exclusively while the server is made, started or stopped; `users.lock` is held
///   shared by every user of the server for as long as it uses it. Both are `flock` locks: a killed
///   process loses them, and the server never inherits them.
/// - A user comes: control lock, users lock (shared), bring the server up, control lock given back.
/// - A user goes: control lock, then tries to make its users lock exclusive. That succeeds only for the last
///   one, who stops the server.
/// - A user is killed: its locks vanish, the server goes on. The next user finds it running and adopts it;
///   whoever is last then stops it.
/// - Somebody is killed while making the cluster: see ``ClusterMaker``. While starting or stopping:
///   the next user finds a server that is not ready and restarts it.
/// - The postmaster is killed: the next user, or a present one by ``Lease/ensureRunning()``, ends the
///   orphaned backends, removes the stale pid file and starts it again; the write-ahead log does the rest.
public struct EmbeddedCluster: Sendable {
    let dataDirectory: String
    let runAs: String?
    var search: InstallationSearch?
    var timeouts = Timeouts()
    let logger: Logger

    /// Gets a running server, whatever that takes, and a lease on it.
    ///
    /// - Parameters:
    ///   - dataDirectory: made if missing; the cluster goes into `postgres` below it.
    ///   - runAs: the user to run the server as when we are root; nil is `postgres`, or the owner
    ///     of a cluster that is there already.
    /// - Throws: ``EmbeddedPostgresError``, or `CancellationError` when the task is cancelled. Nothing
    ///   half-made is left in either case.
    public static func acquire(
        dataDirectory: String,
        runAs: String? = nil,
        logger: Logger
    ) async throws -> Lease {
        try await EmbeddedCluster(dataDirectory: dataDirectory, runAs: runAs, logger: logger).acquire()
    }

    init(dataDirectory: String, runAs: String? = nil, logger: Logger) {
        self.dataDirectory = dataDirectory
        self.runAs = runAs
        self.logger = logger
    }

    func acquire() async throws -> Lease {
        let search = if let search { search } else { await InstallationSearch.run() }
        try Task.checkCancellation()
        // Before anything is made: without a server nothing should be.
        guard !search.installations.isEmpty else {
            throw EmbeddedPostgresError.serverNotFound(searched: search.notes.map(\.description))
        }
        let root = try await ServerRoot.prepare(dataDirectory: dataDirectory, runAs: runAs)
        let control = try FileLock(path: root.layout.controlLock, owner: root.user)
        try await control.lock(.exclusive, timeoutSeconds: timeouts.lock)
        // From here a cancelled caller must not interrupt initdb or a start half-way: the work goes
        // on in a task of its own and is undone when it is done.
        let lease = try await Task {
            defer { control.unlock() }
            control.recordHolder()
            return try await startAndLease(root, search)
        }.value
        guard !Task.isCancelled else {
            await lease.release()
            throw CancellationError()
        }
        return lease
    }

    private func startAndLease(_ root: ServerRoot, _ search: InstallationSearch) async throws -> Lease {
        let server = ClusterServer(
            layout: root.layout,
            user: root.user,
            installation: try ClusterServer.chooseInstallation(for: root.layout, among: search),
            timeouts: timeouts,
            logger: logger
        )
        let users = try FileLock(path: root.layout.usersLock, owner: root.user)
        // Nobody holds it exclusively without the control lock, which is ours now.
        guard try users.tryLock(.shared) else {
            throw EmbeddedPostgresError.lockTimeout(path: users.path, holder: nil, seconds: 0)
        }
        let (effort, socketDirectory) = try await server.bringUp()
        logger.info(
            "using the private PostgreSQL server",
            metadata: ["how": "\(effort.rawValue)", "socket": "\(socketDirectory)"]
        )
        return Lease(server: server, users: users, effort: effort, socketDirectory: socketDirectory)
    }
}
