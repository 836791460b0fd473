import JSONTree
import Training

/// Runs side by side as an answer shows them.
public enum ComparisonDocument {
    /// Values stand in the order of `runs`.
    /// - Parameter all: whether options are shown that all runs have the same.
    public static func json(_ comparison: RunComparison, all: Bool) -> JSON {
        [
            "runs": .array(comparison.runs.map(JSON.integer)),
            "options": .array(comparison.options.filter { all || $0.differs }.map(line)),
            "results": .array(comparison.results.map(line)),
        ]
    }

    private static func line(_ line: RunComparison.Line) -> JSON {
        ["name": .string(line.name), "values": .array(line.values), "differs": .bool(line.differs)]
    }
}

/// The leaderboard as an answer shows it.
public enum LeaderboardDocument {
    /// One finished run.
    public static func json(_ standing: Standing) -> JSON {
        var json: JSON = [
            "rank": .integer(standing.rank),
            "run": .integer(standing.run),
            "name": .optional(standing.name),
            "task": .string(standing.task.rawValue),
            "source": .string(standing.source),
            "label": .string(standing.label),
            "state": .string(standing.state),
            "split": .string(standing.split),
            "best_epoch": .integer(standing.bestEpoch),
            "loss": .finite(standing.loss),
        ]
        switch standing.task {
        case .classification: json.set("accuracy", .finite(standing.accuracy))
        case .regression: json.set("r2", .finite(standing.r2))
        }
        json.set("epochs", .integer(standing.epochs))
        json.set("rows", .optional(standing.rows))
        json.set("seconds", .finite((standing.seconds * 1000).rounded() / 1000))
        json.set("tags", .array(standing.tags.map(JSON.string)))
        return json
    }
}
