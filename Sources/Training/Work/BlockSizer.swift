/// Decides how many iterations the next statement does, so that it lasts about a second: progress moves, a crash costs
/// no more than that, and what a statement costs once is spread over many iterations.
struct BlockSizer: Sendable {
    /// How long a statement should last. One that is compiled first, which takes some tenths of a second, lasts longer.
    static func target(_ form: StatementForm) -> Duration { .milliseconds(form.isCompiled ? 2_000 : 1_200) }

    /// A guess is not trusted further than this, and who has just started a run wants to see a loss.
    private static let firstGuess = Duration.milliseconds(40)
    /// However short the last statement was, the next is not this much longer.
    private static let growth = 8.0

    private let target: Duration
    /// What was asked for; it is kept to.
    private let fixed: Int?
    /// No statement does more.
    private let maximum: Int
    private var count: Double

    /// - Parameters:
    ///   - target: how long a statement should last.
    ///   - fixed: iterations per statement, if the request says so.
    ///   - maximum: what memory and the text of a statement allow.
    ///   - estimate: nanoseconds per iteration, as far as can be told beforehand.
    init(target: Duration, fixed: Int?, maximum: Int, estimate: Double) {
        self.target = target
        self.fixed = fixed
        self.maximum = max(1, maximum)
        count = max(1, Self.firstGuess / .nanoseconds(1) / max(estimate, 1))
    }

    /// Iterations of the next statement.
    var next: Int { fixed ?? max(1, min(maximum, Int(min(count, 1e9)))) }

    /// Learns from a statement.
    mutating func measured(_ iterations: Int, _ duration: Duration) {
        // The whole duration counts, with what a statement costs once: the next is to last as long as it should.
        let factor = target / max(duration, .microseconds(1))
        count = max(1, Double(iterations) * min(factor, Self.growth))
    }
}
