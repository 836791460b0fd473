import Logging
import Postgres
import Training

/// Starts the daemon's private cluster again when its server has died.
struct ClusterWatch {
    let backend: Backend
    let signals: Signals
    let logger: Logger

    /// Looks whenever news may have been missed, which is now and then and after each loss of the connection.
    func run() async {
        for await case .missed in signals.subscribe() {
            do {
                try await backend.service.ping()
            } catch is ConnectionError {
                await restart()
            } catch {
                // The server answers, if with an error: it lives.
                continue
            }
        }
    }

    private func restart() async {
        do {
            try await backend.restartIfDead()
        } catch is CancellationError {
            return
        } catch {
            // The next look is the next try.
            logger.error("the private PostgreSQL server can't be started", metadata: ["reason": "\(error)"])
        }
    }
}
