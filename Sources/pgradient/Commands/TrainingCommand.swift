import JSONTree
import Logging
import Training

/// Trains in the foreground: what `train` and `demo` share.
struct TrainingCommand {
    let backend: Backend

    /// Stores, claims and trains a run, showing progress. Ctrl-C cancels it; what was learned so far stays.
    func train(_ body: JSON) async throws -> Run {
        // From before there is a run, so that none is left behind without its end.
        try await Interruption.handling { interruption in
            let (run, lease) = try await backend.service.submitAndClaim(body, owner: Backend.owner)
            let source = run.spec["source"]?["table"]?.stringValue ?? "the example"
            let features = run.features.count == 1 ? "1 feature" : "\(run.features.count) features"
            Terminal.note("run \(run.id): \(features) of \(source) → \(run.label)")
            return try await execute(run, lease, interruption)
        }
    }

    /// Goes on with a run that has ended, in the same way.
    func resume(_ id: Int, _ asked: Resumption) async throws -> Run {
        try await Interruption.handling { interruption in
            let (run, lease) = try await backend.service.resumeAndClaim(id, asked, owner: Backend.owner)
            Terminal.note("run \(run.id) goes on at epoch \(run.epoch) of \(run.maxIter)")
            return try await execute(run, lease, interruption)
        }
    }

    private func execute(_ run: Run, _ lease: Lease, _ interruption: AsyncStream<Never>) async throws -> Run {
        let display = ProgressDisplay()
        defer { display.finish() }
        // How the run ended is what the command shows; the log need not say it too.
        var logger = backend.logger
        if logger.logLevel == .warning { logger.logLevel = .critical }
        let executor = RunExecutor(lease: lease, logger: logger) { display.show($0) }
        let session = TrainingSession(executor: executor, settings: backend.connection, logger: logger)
        let signals = Signals(settings: backend.connection, logger: logger)
        let listening = Task { await signals.run() }
        defer { listening.cancel() }
        let news = signals.subscribe()
        return try await session.execute { stop in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await case .cancel(run: run.id) in news { return } }
                group.addTask { for await _ in interruption {} }
                await group.next()
                group.cancelAll()
            }
            if !Task.isCancelled { stop() }
        }
    }
}
