import Logging
import Postgres

/// One attempt at a run: a connection of its own, and a way to stop the statement under way.
public struct TrainingSession: Sendable {
    private let executor: RunExecutor
    private let settings: ConnectionSettings
    private let logger: Logger

    /// Prepares an attempt.
    public init(executor: RunExecutor, settings: ConnectionSettings, logger: Logger) {
        self.executor = executor
        self.settings = settings
        self.logger = logger
    }

    /// Trains until the run ends, or until `watch` calls its argument: the run is then cancelled, in the middle of a
    /// statement if need be.
    ///
    /// If this task itself is cancelled, the run is given back for another process to go on with.
    public func execute(
        watch: @escaping @Sendable (_ stop: @Sendable () -> Void) async -> Void
    ) async throws -> Run {
        let connection = try await Connection.open(settings, logger: logger)
        let training = Task { try await executor.execute(on: connection) }
        let watching = Task { [training] in
            await watch { training.cancel() }
        }
        defer { watching.cancel() }
        do {
            let run = try await withTaskCancellationHandler {
                try await training.value
            } onCancel: {
                training.cancel()
            }
            await connection.close()
            return run
        } catch let error as CancellationError {
            // The connection is sound: its statement was cancelled, its transaction rolled back.
            let isGivenBack = Task.isCancelled
            let ending = Task { [executor] in
                if isGivenBack {
                    try await executor.release(on: connection)
                    throw error
                }
                return try await executor.cancel(on: connection)
            }
            let result = await ending.result
            await connection.close()
            return try result.get()
        } catch {
            await connection.close()
            throw error
        }
    }
}
