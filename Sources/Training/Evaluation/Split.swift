/// Which of a run's own rows are meant.
public enum Split: String, Sendable, Hashable, CaseIterable {
    /// Those it learned from.
    case train
    /// Those it was watched on.
    case validation
    /// Those it has never seen.
    case test
}

extension Run {
    /// The rows the run has, the most telling ones first.
    var splits: [Split] { [.train] }

    /// A split that the run has; without a wish, validation rows where there are any, else those it learned from.
    func split(_ wanted: Split?) throws(TrainingError) -> Split {
        guard let wanted else { return splits.first ?? .train }
        guard splits.contains(wanted) else {
            throw TrainingError(
                .irrelevantOption,
                "run \(id) has no \(wanted.rawValue) rows",
                field: "split",
                hint: "it has \(splits.map(\.rawValue).joined(separator: " and ")) rows; "
                    + "name a table to evaluate on other rows"
            )
        }
        return wanted
    }
}
