import Synchronization
import Training

/// Shows how the scoring of a table goes: a bar on a terminal, a line now and then otherwise.
final class ScoringDisplay: Sendable {
    private struct State {
        /// In seconds since the beginning.
        var lastLine: Double?
        var lastTenth = 0
        var isDrawn = false
    }

    private let state = Mutex(State())
    private let interactive = Terminal.isInteractive

    func show(_ progress: ScoringProgress) {
        let isShown = state.withLock { state in
            let tenth = Int((progress.share ?? 0) * 10)
            // Without a terminal as in training: at most a line per second, and a tenth apart unless that takes long.
            if !interactive, progress.share != 1, let last = state.lastLine {
                let pause = progress.seconds - last
                if pause < 1 || tenth == state.lastTenth && pause < 10 { return false }
            }
            (state.lastLine, state.lastTenth, state.isDrawn) = (progress.seconds, tenth, true)
            return true
        }
        guard isShown else { return }
        if interactive { Terminal.redraw(line(progress)) } else { Terminal.note(line(progress)) }
    }

    /// Leaves the bar's line.
    func finish() {
        let wasDrawn = state.withLock { state in
            defer { state.isDrawn = false }
            return state.isDrawn
        }
        if interactive, wasDrawn { Terminal.note("") }
    }

    private func line(_ progress: ScoringProgress) -> String {
        guard let share = progress.share else { return "in one statement, \(Numbers.time(progress.seconds)) so far" }
        let pace = Double(progress.rows) / max(progress.seconds, 1e-3)
        let left = share > 0 ? progress.seconds * (1 - share) / share : 0
        let facts =
            "\(Int(share * 100)) %  \(Numbers.count(progress.rows)) rows  \(Numbers.count(Int(pace))) rows/s  "
            + "\(Numbers.time(left)) left"
        return interactive ? "\(Bar.text(share))  \(facts)" : facts
    }
}
