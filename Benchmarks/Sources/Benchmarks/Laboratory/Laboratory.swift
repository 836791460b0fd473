import EmbeddedPostgres
import Logging
import Postgres
import Training

/// What the sections measure in: a private cluster of their own, and how often.
struct Laboratory: Sendable {
    let cluster: EmbeddedCluster.Lease
    /// The data directory of the cluster; a daemon that is given it shares the cluster.
    let directory: String
    let service: TrainingService
    let logger: Logger
    let rounds: Int
    let isQuick: Bool

    var conninfo: String { cluster.conninfo }

    /// Makes a cluster for the body and stops it afterwards, however the body ends.
    static func open<T>(
        in directory: String,
        rounds: Int,
        isQuick: Bool,
        _ body: (Laboratory) async throws -> T
    ) async throws -> T {
        let logger = Logger(label: "benchmarks") { _ in SwiftLogNoOpLogHandler() }
        let cluster = try await EmbeddedCluster.acquire(dataDirectory: directory, logger: logger)
        let pool = Pool(ConnectionSettings(conninfo: cluster.conninfo), size: 3, logger: logger)
        let laboratory = Laboratory(
            cluster: cluster,
            directory: directory,
            service: TrainingService(pool: pool, logger: logger),
            logger: logger,
            rounds: rounds,
            isQuick: isQuick
        )
        do {
            _ = try await laboratory.service.migrate()
            let value = try await body(laboratory)
            await pool.close()
            await cluster.release()
            return value
        } catch {
            await pool.close()
            await cluster.release()
            throw error
        }
    }

    /// Both sides take their turn in each round, so that a machine that slows down slows both.
    func eachRound(_ body: () async throws -> Void) async throws {
        for round in 1...rounds {
            try await body()
            try Task.checkCancellation()
            Benchmarks.note("  round \(round) of \(rounds)")
        }
    }

    /// Runs a daemon on the same cluster for the body.
    func withDaemon<T>(_ body: (Daemon) async throws -> T) async throws -> T {
        let daemon = try Daemon(program: Places.daemon(), dataDirectory: directory)
        do {
            try await daemon.waitUntilReady(limit: .seconds(120))
            let value = try await body(daemon)
            await daemon.stop()
            return value
        } catch {
            await daemon.stop()
            throw error
        }
    }
}
