import Logging
import Postgres
import Service
import ServiceLifecycle
import Training

/// The database side of the daemon: reaches it, keeps the schema, works off runs.
struct Daemon: ServiceLifecycle.Service {
    let settings: Settings
    let door: Door
    let metrics: ServiceMetrics
    let board: WorkerBoard
    let notifier: SystemdNotifier?
    let logger: Logger

    func run() async throws {
        // On the way down everything in here is cancelled: runs are given back, and the last user of the private
        // cluster stops it.
        try await cancelWhenGracefulShutdown {
            // Whoever asks from now on goes elsewhere: giving a run back may take seconds.
            try await withGracefulShutdownHandler {
                try await serve()
            } onGracefulShutdown: { [door] in
                door.close(reason: Self.stopping)
            }
        }
    }

    private static let stopping = "the daemon is stopping"

    private func serve() async throws {
        do {
            let backend = try await Backend.unmigrated(
                settings,
                poolSize: Backend.poolSize(workers: settings.workers),
                observer: StatementObserver { [metrics] in metrics.observe(statement: $0, took: $1) },
                logger: logger
            )
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

    private func close(_ backend: Backend) async {
        door.close(reason: Self.stopping)
        await backend.close()
    }

    private func work(_ backend: Backend) async throws {
        let door = door
        let logger = logger
        _ = try await connectWithBackoff(
            onRetry: { notice in
                door.close(reason: "\(notice)")
                notifier?.isWaiting("\(notice)")
                logger.warning("\(notice)")
            }
        ) {
            for name in try await backend.service.migrate() {
                logger.info("migrated", metadata: ["file": "\(name)"])
            }
        }
        let signals = Signals(settings: backend.connection, logger: logger)
        var application = Application(
            training: backend.service,
            signals: signals,
            logger: logger,
            metrics: metrics,
            board: board
        )
        application.maxQueued = settings.maxQueued
        door.open(application)
        notifier?.isReady()
        // The description of a connection shows no password.
        logger.info(
            "ready",
            metadata: backend.privatePsql.map { ["psql": "\($0)"] } ?? ["database": "\(backend.connection)"]
        )
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<settings.workers {
                let worker = Worker(
                    service: backend.service,
                    signals: signals,
                    owner: Backend.owner,
                    logger: logger,
                    board: board,
                    onProgress: { [metrics] in metrics.observe($0) }
                )
                group.addTask { await worker.run() }
            }
            group.addTask { await signals.run() }
            group.addTask { await ClusterWatch(backend: backend, signals: signals, logger: logger).run() }
            await group.waitForAll()
        }
    }
}
