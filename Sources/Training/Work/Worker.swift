import Logging
import Postgres

/// Takes queued runs, and runs whose process died, and trains them.
public struct Worker: Sendable {
    private let service: TrainingService
    private let signals: Signals
    private let owner: String
    private let logger: Logger
    private let board: WorkerBoard
    private let onProgress: @Sendable (RunExecutor.Progress) -> Void

    /// - Parameters:
    ///   - owner: what others see as the holder of a run.
    ///   - board: where it says what it is doing.
    ///   - onProgress: told after each commit.
    public init(
        service: TrainingService,
        signals: Signals,
        owner: String,
        logger: Logger,
        board: WorkerBoard = WorkerBoard(),
        onProgress: @escaping @Sendable (RunExecutor.Progress) -> Void = { _ in }
    ) {
        self.service = service
        self.signals = signals
        self.owner = owner
        self.logger = logger
        self.board = board
        self.onProgress = onProgress
    }

    /// Works until the task is cancelled; a run in progress is then given back.
    public func run() async {
        let place = board.begin()
        defer { board.end(place) }
        let news = signals.subscribe()
        await workOff(place)
        for await signal in news {
            switch signal {
            case .queued, .missed: await workOff(place)
            case .progress, .cancel: break
            }
            if Task.isCancelled { return }
        }
    }

    /// Trains whatever there is to train.
    private func workOff(_ place: WorkerBoard.Place) async {
        while !Task.isCancelled {
            board.note(place, .idle)
            do {
                let lease = try await service.pool.withConnection { try await Lease.claim(owner: owner, on: $0) }
                guard let lease else { return }
                board.note(place, .training(run: lease.run))
                defer { board.note(place, .idle) }
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
        // Every line about the run says so, those of its connection too.
        var logger = logger
        logger[metadataKey: "run"] = "\(lease.run)"
        logger.info("training", metadata: ["attempt": "\(lease.attempt)"])
        let executor = RunExecutor(lease: lease, logger: logger, onProgress: onProgress)
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
            metadata: ["state": "\(run.state.rawValue)", "epoch": "\(run.epoch)"]
        )
    }
}
