import JSONTree
import Lowering

/// Chooses the form of the training statement: by the cost rules, and where those leave several close to each other by
/// timing each on the run's own rows, with iterations that count.
struct Selection: Sendable {
    /// All forms, whether or not they can be used.
    private(set) var candidates: [Candidate]
    /// Indexes of those that have still to be timed.
    private var trials: [Int]
    private(set) var isSettled = false
    private let asked: StatementShape?
    private let isDeterministic: Bool

    /// Estimates are not trusted to tell forms apart that are less than this apart. What a worker is worth differs most:
    /// two processors may be one core.
    private static let margin = 1.5
    /// Milliseconds: a shorter run is over before timing has paid.
    private static let shortestTimedRun = 1_500.0
    /// The same where a form is compiled, which is paid for with every statement that is timed.
    private static let shortestCompiledTrial = 20_000.0
    /// Statements that are timed of a form; the fastest counts. The first is planned, and may be short.
    private static let statementsPerTrial = 3

    /// - Parameters:
    ///   - candidates: all forms; if one is marked as chosen, the choice was made before and stands.
    ///   - iterations: how many the run has still to do.
    init(_ candidates: [Candidate], asked: StatementShape?, isDeterministic: Bool, iterations: Int) {
        self.candidates = candidates
        self.asked = asked
        self.isDeterministic = isDeterministic
        let usable = candidates.indices.filter {
            candidates[$0].obstacle == nil && (asked == nil || candidates[$0].form.shape == asked)
        }
        if let chosen = candidates.firstIndex(where: \.isChosen) {
            trials = []
            current = chosen
            isSettled = true
            return
        }
        // A form that is never best has nothing to be timed for: auto is about the others.
        let ranked = usable.filter { asked != nil || !candidates[$0].form.shape.isForOtherEngines }
            .sorted { candidates[$0].estimated < candidates[$1].estimated }
        current = ranked.first ?? 0
        let best = candidates.isEmpty ? 0 : candidates[current].estimated
        let total = best * Double(iterations)
        trials = ranked.filter {
            candidates[$0].estimated <= best * Self.margin
                && (!candidates[$0].form.isCompiled || total >= Self.shortestCompiledTrial)
        }
        if isDeterministic || trials.count < 2 || total < Self.shortestTimedRun {
            trials = []
            settle()
        }
    }

    private var current: Int
    /// Statements of the current form that were timed.
    private var statements = 0

    /// The form of the next statement.
    var form: StatementForm { candidates[current].form }

    /// Whether the next statement is timed to choose by.
    var isTrial: Bool { !trials.isEmpty }

    /// Takes the time of a statement, per iteration in milliseconds, and moves on to the next form or the choice.
    mutating func timed(_ milliseconds: Double) {
        guard let trial = trials.first, trial == current else { return }
        candidates[current].measured = min(candidates[current].measured ?? .infinity, milliseconds)
        statements += 1
        guard statements == Self.statementsPerTrial else { return }
        statements = 0
        trials.removeFirst()
        if let next = trials.first { current = next } else { settle() }
    }

    /// Chooses from what is known by now.
    mutating func settle() {
        guard !isSettled else { return }
        isSettled = true
        let timed = candidates.indices.filter { candidates[$0].measured != nil }
        current = timed.min { candidates[$0].best < candidates[$1].best } ?? current
        for index in candidates.indices { candidates[index].isChosen = index == current }
    }

    /// Why this form, in a sentence.
    var reason: String {
        let chosen = candidates[current]
        let choice = asked == nil ? "\(chosen.form)" : "\(chosen.form), as asked for"
        guard isSettled else { return "\(choice), while the forms that are close are timed" }
        let others = candidates.filter { $0.measured != nil && $0.form != chosen.form }
        if let measured = chosen.measured, !others.isEmpty {
            let rest = others.map { "\($0.form) \(Self.shown($0.best))" }.joined(separator: ", ")
            return "\(choice): timed at \(Self.shown(measured)) ms an iteration on the run's own rows, against \(rest)"
        }
        let usable = candidates.filter {
            $0.obstacle == nil && $0.form != chosen.form
                && (asked == nil ? !$0.form.shape.isForOtherEngines : $0.form.shape == asked)
        }
        guard let next = usable.min(by: { $0.estimated < $1.estimated }) else {
            return "\(choice); an iteration is estimated at \(Self.shown(chosen.estimated)) ms"
        }
        let rule = isDeterministic ? "by the cost rules alone, because it is to be deterministic" : "by the cost rules"
        return "\(choice), \(rule): an iteration is estimated at \(Self.shown(chosen.estimated)) ms, "
            + "\(next.form) at \(Self.shown(next.estimated))"
    }

    /// As stored with the run.
    var json: JSON { .array(candidates.map(\.json)) }

    static func shown(_ milliseconds: Double) -> String {
        let digits = milliseconds < 1 ? 1_000.0 : milliseconds < 10 ? 100 : 10
        return "\((milliseconds * digits).rounded() / digits)"
    }
}

extension StatementShape {
    /// PostgreSQL runs `recursive` where it runs these, and never slower; they are for engines without recursion, and
    /// for reading.
    var isForOtherEngines: Bool {
        switch self {
        case .window, .block: true
        case .step, .recursive: false
        }
    }
}
