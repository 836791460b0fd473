import JSONTree
import Logging
import Training

/// Trains in the foreground: what `train` and `demo` share.
struct TrainingCommand {
    let backend: Backend

    /// Stores, claims and trains a run, showing progress. Ctrl-C cancels it; what was learned so far stays.
    func train(_ body: JSON) async throws -> Run {
        let (run, lease) = try await backend.service.submitAndClaim(body, owner: Backend.owner)
        let source = run.spec["source"]?["table"]?.stringValue ?? "the example"
        Terminal.note("run \(run.id): \(run.features.count) features of \(source) → \(run.label)")
        let display = ProgressDisplay()
        var logger = Logger(label: "pgradient") { LineLogHandler(logLevel: .warning, format: .text, label: $0) }
        logger.logLevel = .warning
        let executor = RunExecutor(lease: lease, logger: logger) { display.show($0) }
        let session = TrainingSession(executor: executor, settings: backend.connection, logger: logger)
        let signals = Signals(settings: backend.connection, logger: logger)
        let listening = Task { await signals.run() }
        defer { listening.cancel() }
        let news = signals.subscribe()
        let result = try await session.execute { stop in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await case .cancel(run: run.id) in news { return } }
                group.addTask { await Interruption.first() }
                await group.next()
                group.cancelAll()
            }
            if !Task.isCancelled { stop() }
        }
        display.finish()
        return result
    }
}
