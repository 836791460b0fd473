import Logging
import Postgres

/// Takes queued runs, and runs whose process died, and trains them.
public struct Worker: Sendable {
    private let service: TrainingService
    private let signals: Signals
    private let owner: String
    private let logger: Logger

    /// - Parameter owner: what others see as the holder of a run.
    public init(service: TrainingService, signals: Signals, owner: String, logger: Logger) {
        self.service = service
        self.signals = signals
        self.owner = owner
        self.logger = logger
    }

    /// Works until the task is cancelled; a run in progress is then given back.
    public func run() async {
        let news = signals.subscribe()
        await workOff()
        for await signal in news {
            switch signal {
            case .queued, .missed: await workOff()
            case .progress, .cancel: break
            }
            if Task.isCancelled { return }
        }
    }

    /// Trains whatever there is to train.
    private func workOff() async {
        while !Task.isCancelled {
            do {
                let lease = try await service.pool.withConnection { try await Lease.claim(owner: owner, on: $0) }
                guard let lease else { return }
                try await train(lease)
            } catch is CancellationError {
                return
            } catch {
                // The signals come again every other second, and so does the next try.
                logger.warning("no work can be taken up", metadata: ["reason": "\(TrainingError(error).message)"])
                return
            }
        }
    }

    private func train(_ lease: Lease) async throws {
        logger.info("training", metadata: ["run": "\(lease.run)", "attempt": "\(lease.attempt)"])
        let executor = RunExecutor(lease: lease, logger: logger)
        let session = TrainingSession(executor: executor, settings: service.pool.settings, logger: logger)
        // Subscribed before the first statement, so that no wish to cancel is missed.
        let news = signals.subscribe()
        let run = try await session.execute { stop in
            for await case .cancel(run: lease.run) in news {
                stop()
                return
            }
        }
        logger.info(
            "the run ended",
            metadata: ["run": "\(lease.run)", "state": "\(run.state.rawValue)", "epoch": "\(run.epoch)"]
        )
    }
}
