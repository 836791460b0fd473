/// Decides how many iterations the next statement does, so that it lasts about a second: progress moves, a crash costs
/// no more than that, and what a statement costs once is spread over many iterations.
struct BlockSizer: Sendable {
    /// How long a statement should last.
    static let target = Duration.milliseconds(1_200)
    /// A guess is not trusted further than this.
    private static let firstGuess = Duration.milliseconds(300)
    /// However short the last statement was, the next is not this much longer.
    private static let growth = 8.0

    /// What was asked for; it is kept to.
    private let fixed: Int?
    /// No statement does more.
    private let maximum: Int
    private var count: Double

    /// - Parameters:
    ///   - fixed: iterations per statement, if the request says so.
    ///   - maximum: what memory and the text of a statement allow.
    ///   - estimate: nanoseconds per iteration, as far as can be told beforehand.
    init(fixed: Int?, maximum: Int, estimate: Double) {
        self.fixed = fixed
        self.maximum = max(1, maximum)
        count = max(1, Self.firstGuess / .nanoseconds(1) / max(estimate, 1))
    }

    /// Iterations of the next statement.
    var next: Int { fixed ?? max(1, min(maximum, Int(min(count, 1e9)))) }

    /// Learns from a statement.
    mutating func measured(_ iterations: Int, _ duration: Duration) {
        // The whole duration counts, with what a statement costs once: the next is to last as long as it should.
        let factor = Self.target / max(duration, .microseconds(1))
        count = max(1, Double(iterations) * min(factor, Self.growth))
    }
}
