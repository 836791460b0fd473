import Synchronization
import Training

/// Shows how training goes: a bar that redraws itself on a terminal, a line now and then otherwise.
final class ProgressDisplay: Sendable {
    private struct State {
        var lastShown: ContinuousClock.Instant?
        var lastTenth = 0
        var pace = 0.0
        var isDrawn = false
    }

    private let state = Mutex(State())
    private let interactive = Terminal.isInteractive
    private static let redrawInterval = Duration.milliseconds(80)
    private static let lineInterval = Duration.seconds(1)

    func show(_ progress: RunExecutor.Progress) {
        let text = state.withLock { state -> String? in
            let now = ContinuousClock.now
            state.pace = state.pace == 0 ? progress.milliseconds : 0.9 * state.pace + 0.1 * progress.milliseconds
            let isLast = progress.epoch == progress.run.maxIter
            let tenth = progress.epoch * 10 / progress.run.maxIter
            let interval = interactive ? Self.redrawInterval : Self.lineInterval
            if let last = state.lastShown, now - last < interval, !isLast { return nil }
            // Without a terminal: at most a line per second, and a tenth of the way apart unless that takes long.
            if !interactive, tenth == state.lastTenth, !isLast, let last = state.lastShown, now - last < .seconds(10) {
                return nil
            }
            (state.lastShown, state.lastTenth, state.isDrawn) = (now, tenth, true)
            return line(progress, pace: state.pace)
        }
        guard let text else { return }
        if interactive { Terminal.redraw(text) } else { Terminal.note(text) }
    }

    /// Leaves the bar's line.
    func finish() {
        if interactive, state.withLock({ $0.isDrawn }) { Terminal.note("") }
    }

    private func line(_ progress: RunExecutor.Progress, pace: Double) -> String {
        let (epoch, total) = (progress.epoch, progress.run.maxIter)
        let measure =
            progress.run.task == .classification
            ? "accuracy \(Numbers.percent(progress.metric))" : "R² \(Numbers.loss(progress.metric))"
        let left = Numbers.time(pace * Double(total - epoch) / 1000)
        let facts = "epoch \(epoch)/\(total)  loss \(Numbers.loss(progress.loss))  \(measure)  \(left) left"
        guard interactive else { return facts }
        return "\(Bar.text(Double(epoch) / Double(total)))  \(facts)"
    }
}
