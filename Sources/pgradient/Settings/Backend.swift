import EmbeddedPostgres
import Foundation
import Logging
import Postgres
import Training

/// The database a command works on: the one it was given, or the private cluster for as long as it is needed.
struct Backend: Sendable {
    let connection: ConnectionSettings
    let service: TrainingService
    /// A `psql` line that opens the private cluster; nil on a database that was given.
    let privatePsql: String?
    let logger: Logger
    private let lease: EmbeddedCluster.Lease?

    /// Reaches the database, starts the private cluster if there is no other, and brings the schema up to date.
    static func open(_ settings: Settings, poolSize: Int = 4, logger: Logger) async throws -> Backend {
        let backend = try await unmigrated(settings, poolSize: poolSize, logger: logger)
        do {
            _ = try await backend.service.migrate()
            return backend
        } catch {
            await backend.close()
            throw error
        }
    }

    /// The same with the schema left as it is.
    /// - Parameter observer: is told how long statements take.
    static func unmigrated(
        _ settings: Settings,
        poolSize: Int = 4,
        observer: StatementObserver? = nil,
        logger: Logger
    ) async throws -> Backend {
        if let url = settings.databaseURL {
            let connection = ConnectionSettings(conninfo: url, observer: observer)
            return Backend(connection, lease: nil, poolSize, logger)
        }
        let lease = try await EmbeddedCluster.acquire(dataDirectory: settings.dataDirectory, logger: logger)
        let connection = ConnectionSettings(conninfo: lease.conninfo, observer: observer)
        return Backend(connection, lease: lease, poolSize, logger)
    }

    private init(
        _ connection: ConnectionSettings,
        lease: EmbeddedCluster.Lease?,
        _ poolSize: Int,
        _ logger: Logger
    ) {
        self.connection = connection
        privatePsql = lease?.psqlCommand
        self.lease = lease
        self.logger = logger
        let pool = Pool(connection, size: poolSize, logger: logger)
        service = TrainingService(pool: pool, logger: logger)
    }

    /// Starts the private cluster again if it has died; somebody else's server is somebody else's business.
    func restartIfDead() async throws { try await lease?.ensureRunning() }

    /// Lets go of the database. The last user of the private cluster stops it.
    func close() async {
        await service.pool.close()
        await lease?.release()
    }

    /// Connections that requests share: one for each worker to look for runs with, and some for who asks.
    static func poolSize(workers: Int) -> Int { 8 + workers }

    /// Host and process, as others see who holds a run.
    static var owner: String { "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)" }
}

/// Runs a command's body on the database and lets go of it however the body ends.
func withBackend(_ options: GlobalOptions, _ body: (Backend) async throws -> Void) async throws {
    Interruption.watch()
    let settings = try Settings(options)
    // A command shows its own results; the log is for what goes wrong.
    let logger = settings.logger(commandLevel: .warning)
    let backend = try await Backend.open(settings, logger: logger)
    do {
        try await body(backend)
        await backend.close()
    } catch {
        await backend.close()
        throw error
    }
}
