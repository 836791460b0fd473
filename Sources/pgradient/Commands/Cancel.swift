import ArgumentParser
import Training

/// `pgradient cancel`: stops a run, wherever it is trained.
struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop a run. What it has learned so far stays.",
        discussion: """
            EXAMPLES
              pgradient cancel 7
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The number of the run.") var id: Int

    func run() async throws {
        try await withBackend(global) { backend in
            let run = try await backend.service.cancel(id)
            switch run.state {
            case .cancelled: try Terminal.line("run \(id) is cancelled after \(run.epoch) epochs")
            case .queued, .preparing, .running: try Terminal.line("run \(id) will stop after the statement under way")
            case .succeeded, .failed, .diverged:
                try Terminal.line("run \(id) had ended before: \(run.state.rawValue) after \(run.epoch) epochs")
            }
        }
    }
}
