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
            try showValidation(run)
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

    private static func showValidation(_ run: Run) throws {
        for notice in run.notices { Terminal.note("  note: \(notice)") }
        guard let rows = run.validationRows, rows > 0, let best = run.bestEpoch else { return }
        let measure =
            run.task == .classification
            ? "accuracy \(Numbers.percent(run.validationAccuracy))" : "R² \(Numbers.loss(run.validationR2))"
        try Terminal.line(
            "  on \(Numbers.count(rows)) rows held out: loss \(Numbers.loss(run.validationLoss)), \(measure); best epoch \(best)"
        )
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
