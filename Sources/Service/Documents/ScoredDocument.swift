import JSONTree
import Training

/// A table that was written, as JSON.
public enum ScoredDocument {
    public static func json(_ scored: ScoredTable) -> JSON {
        [
            "run": .integer(scored.run), "epoch": .integer(scored.epoch), "table": .string(scored.source),
            "into": .string(scored.name), "rows": .integer(scored.rows), "seconds": .number(scored.seconds),
        ]
    }
}
