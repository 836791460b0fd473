import JSONTree

/// What stands above a text that people keep: where it comes from and what its columns mean.
struct ServingComment {
    private let scoring: Scoring
    private let epoch: Int
    private let prefix: String

    init(_ scoring: Scoring, epoch: Int, prefix: String) {
        (self.scoring, self.epoch, self.prefix) = (scoring, epoch, prefix)
    }

    var text: String { lines.map { "-- \(Self.oneLine($0))\n" }.joined() }

    private var lines: [String] {
        let run = scoring.run
        let features = scoring.features.map { Self.quoted($0.name) }.joined(separator: ", ")
        var lines = [
            "pgradient run \(run.id), epoch \(epoch): \(Self.quoted(run.label)) from \(features). It needs nothing of pgradient."
        ]
        if let classes = run.classes {
            lines.append(
                "\(prefix)prediction is the most probable class, \(prefix)probability its probability, "
                    + "\(prefix)probabilities those of \(JSON.array(classes).compact)."
            )
        } else {
            lines.append("\(prefix)prediction is the value.")
        }
        lines += unseen
        lines.append(
            scoring.fillsNulls
                ? "NULL in a number counts as the mean in training, NULL in a category as one that training has not seen."
                : "A row with NULL in one of these columns has NULL for a prediction."
        )
        lines.append(
            "NULL for a prediction has also a row with NaN, an infinity, a number that is too far off, or an array of another length."
        )
        return lines
    }

    private var unseen: [String] {
        var (rare, none): ([String], [String]) = ([], [])
        for encoding in scoring.encodings {
            guard case .category(_, let hasOther) = encoding.content else { continue }
            if hasOther {
                rare.append(Self.quoted(encoding.feature.name))
            } else {
                none.append(Self.quoted(encoding.feature.name))
            }
        }
        return [
            rare.isEmpty
                ? nil
                : "A category that training has not seen counts as one of the rare ones in \(rare.joined(separator: ", ")).",
            none.isEmpty
                ? nil
                : "A category that training has not seen counts as none at all in \(none.joined(separator: ", ")).",
        ].compactMap(\.self)
    }

    private static func quoted(_ name: String) -> String { JSON.string(name).compact }

    /// The rest of a comment must not become SQL.
    static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }
}
