import HTTPServer
import Logging
import Service
import ServiceLifecycle
import Training

/// Looks whether the daemon still does what it is there for, and says so to systemd, which starts it anew when nothing is
/// said for too long.
///
/// A timer would go on ticking in a process that is stuck. So the sign of life is given only when the thread that
/// serves all sockets has answered, and no worker has gone or fallen silent; and that this runs at all shows that tasks
/// are run.
struct Supervision: ServiceLifecycle.Service {
    let notifier: SystemdNotifier?
    let server: HTTPServer
    let board: WorkerBoard
    let logger: Logger

    /// Between two looks where nobody has set a time.
    private static let interval = Duration.seconds(10)

    func run() async throws {
        guard let notifier else { return try await gracefulShutdown() }
        // Twice within the time that systemd waits, as it recommends.
        let interval = notifier.watchdog.map { $0 / 2 } ?? Self.interval
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if let fault = await fault(within: interval / 2) {
                    logger.error("no sign of life is given", metadata: ["reason": "\(fault)"])
                } else {
                    notifier.isAlive(status)
                }
                try? await Task.sleep(for: interval)
            }
        }
        notifier.isStopping()
    }

    /// What is wrong, if anything is.
    private func fault(within limit: Duration) async -> String? {
        guard await server.isResponsive(within: limit) else { return "the HTTP server does not react" }
        return Readiness.workerFault(board)
    }

    private var status: String {
        if board.begun == 0 { return "starting" }
        let runs = board.entries.compactMap { entry in
            if case .training(let run) = entry.activity { run } else { nil }
        }
        return runs.isEmpty ? "idle" : "training run \(runs.sorted().map(String.init).joined(separator: ", "))"
    }
}
