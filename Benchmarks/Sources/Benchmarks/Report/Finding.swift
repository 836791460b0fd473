/// A row of the table: what was measured on both sides, and what is promised about it.
struct Finding: Sendable {
    /// What the target is about.
    enum Measure: String, Sendable {
        /// How many times as fast ours is: the other's time by ours.
        case speedup
        /// Ours by the other's.
        case ratio
        /// Ours alone.
        case itself
    }

    enum Target: Sendable {
        case atMost(Double)
        case atLeast(Double)
    }

    let section: String
    let title: String
    let ours: Series
    let theirs: Series?
    let measure: Measure
    /// Nil where nothing is promised.
    let target: Target?
    /// What one has to know to judge the number.
    var notes: [String]

    init(
        _ section: Section,
        _ title: String,
        ours: Series,
        theirs: Series? = nil,
        measure: Measure,
        target: Target? = nil,
        notes: [String] = []
    ) {
        self.init(section: section.rawValue, title, ours, theirs, measure, target, notes)
    }

    init(
        section: String,
        _ title: String,
        _ ours: Series,
        _ theirs: Series?,
        _ measure: Measure,
        _ target: Target?,
        _ notes: [String]
    ) {
        self.section = section
        self.title = title
        self.ours = ours
        self.theirs = theirs
        self.measure = measure
        self.target = target
        self.notes = notes
    }

    /// What each round says. Both sides of a round ran next to each other, so their ratio hardly knows how busy the machine
    /// was.
    var rounds: [Double] {
        switch (measure, theirs) {
        case (.itself, _), (_, nil): ours.values
        case (.speedup, let theirs?): zip(ours.values, theirs.values).map { $1 / $0 }
        case (.ratio, let theirs?): zip(ours.values, theirs.values).map { $0 / $1 }
        }
    }

    /// The middle of the rounds.
    var value: Double { Statistics.median(rounds) }

    /// Whether the promise is kept; nil without one.
    var isMet: Bool? { share.map { $0 <= 1 } }

    /// How much of what is allowed was needed: at most 1 keeps the promise.
    var share: Double? {
        switch target {
        case nil: nil
        case .atMost(let limit): value / limit
        case .atLeast(let limit): limit / value
        }
    }
}

extension Finding {
    var valueText: String { text(value) }

    /// From the least to the most of the rounds.
    var rangeText: String {
        guard rounds.count > 1, let least = rounds.min(), let most = rounds.max() else { return "" }
        return "\(number(least))–\(number(most))"
    }

    var targetText: String {
        switch target {
        case nil: ""
        case .atMost(let limit): "≤ \(bound(limit))"
        case .atLeast(let limit): "≥ \(bound(limit))"
        }
    }

    /// A promise has no more digits than it was given.
    private func bound(_ limit: Double) -> String {
        let digits = limit == limit.rounded() ? String(Int(limit)) : "\(limit)"
        return digits + (measure == .itself ? " " + ours.unit.rawValue : "×")
    }

    private func text(_ value: Double) -> String {
        switch measure {
        case .speedup: number(value) + "× as fast"
        case .ratio: number(value) + "×"
        case .itself: Series.text(value, ours.unit)
        }
    }

    private func number(_ value: Double) -> String { Statistics.text(value, digits: value < 10 ? 2 : 1) }
}
