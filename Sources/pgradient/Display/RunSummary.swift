import ArgumentParser
import JSONTree
import Training

/// A finished run in a few lines.
enum RunSummary {
    static func show(_ run: Run) throws {
        let measure =
            run.task == .classification
            ? "accuracy \(Numbers.percent(run.accuracy))" : "R² \(Numbers.loss(run.r2))"
        switch run.state {
        case .succeeded, .cancelled, .diverged:
            try Terminal.line(
                "run \(run.id) \(run.state.rawValue) after \(run.epoch) epochs: loss \(Numbers.loss(run.loss)), \(measure)"
                    + " on \(Numbers.count(run.rows ?? 0)) training rows"
            )
        case .failed:
            Terminal.error(run.error?["message"]?.stringValue ?? "run \(run.id) failed")
            if let hint = run.error?["hint"]?.stringValue { Terminal.note("  hint: \(hint)") }
        case .queued, .preparing, .running:
            try Terminal.line("run \(run.id) is \(run.state.rawValue) in another process")
        }
        if run.state == .diverged {
            Terminal.note("the loss left all bounds; the last finite epoch is kept. Try a smaller learning rate")
        }
    }

    /// 1 for a failed run, 3 for one that diverged or was stopped.
    static func exitCode(_ run: Run) throws {
        switch run.state {
        case .succeeded, .queued, .preparing, .running: return
        case .failed: throw ExitCode(1)
        case .diverged, .cancelled: throw ExitCode(3)
        }
    }
}
