extension Run {
    /// The rows the run has, the most telling ones of those that its snapshot holds first.
    var splits: [Split] {
        let validation: [Split] = validationRows ?? 0 > 0 ? [.validation] : []
        return validation + [.train] + (spec["split_column"]?.stringValue == nil ? [] : [.test])
    }

    /// How many rows of a split there were when the run was prepared; nil if nobody counted.
    func rows(_ split: Split) -> Int? {
        switch split {
        case .train: rows
        case .validation: validationRows
        case .test: nil
        }
    }

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
