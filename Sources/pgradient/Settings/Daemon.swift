import Logging
import Postgres
import Service
import ServiceLifecycle
import Training

/// The database side of the daemon: reaches it, keeps the schema, works off runs.
struct Daemon: ServiceLifecycle.Service {
    let settings: Settings
    let door: Door
    let logger: Logger

    func run() async throws {
        // On the way down everything in here is cancelled: runs are given back, and the last user of the private
        // cluster stops it.
        try await cancelWhenGracefulShutdown {
            do {
                let backend = try await Backend.unmigrated(settings, poolSize: 8 + settings.workers, logger: logger)
                do {
                    try await work(backend)
                    await close(backend)
                } catch {
                    await close(backend)
                    throw error
                }
            } catch is CancellationError {
                return
            }
        }
    }

    private func close(_ backend: Backend) async {
        door.close(reason: "the daemon is stopping")
        await backend.close()
    }

    private func work(_ backend: Backend) async throws {
        let door = door
        let logger = logger
        _ = try await connectWithBackoff(
            onRetry: { notice in
                door.close(reason: "\(notice)")
                logger.warning("\(notice)")
            }
        ) {
            for name in try await backend.service.migrate() {
                logger.info("migrated", metadata: ["file": "\(name)"])
            }
        }
        let signals = Signals(settings: backend.connection, logger: logger)
        var application = Application(training: backend.service, signals: signals, logger: logger)
        application.maxQueued = settings.maxQueued
        door.open(application)
        // The description of a connection shows no password.
        logger.info(
            "ready",
            metadata: backend.privatePsql.map { ["psql": "\($0)"] } ?? ["database": "\(backend.connection)"]
        )
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<settings.workers {
                let worker = Worker(service: backend.service, signals: signals, owner: Backend.owner, logger: logger)
                group.addTask { await worker.run() }
            }
            group.addTask { await signals.run() }
            group.addTask { await ClusterWatch(backend: backend, signals: signals, logger: logger).run() }
            await group.waitForAll()
        }
    }
}
