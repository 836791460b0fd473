import JSONTree
import Training

/// Runs side by side, a column for each.
struct ComparisonText {
    let comparison: RunComparison
    /// Whether options are shown that all runs have the same.
    let all: Bool

    var text: String {
        var table = Table(["", ""] + comparison.runs.map { "run \($0)" })
        let options = comparison.options.filter { all || $0.differs }
        for (index, line) in options.enumerated() { add(line, index == 0 ? "option" : "", &table) }
        for (index, line) in comparison.results.enumerated() { add(line, index == 0 ? "result" : "", &table) }
        let same = comparison.options.count - options.count
        let note = same > 0 ? "\n\(same) options are the same in all of them; --all shows these too\n" : ""
        return table.text + note
    }

    private func add(_ line: RunComparison.Line, _ heading: String, _ table: inout Table) {
        table.add([heading, line.name] + line.values.map { Self.shown($0, line.name) })
    }

    /// A value as people read it; a long one, such as given weights, is cut.
    private static func shown(_ value: JSON, _ name: String) -> String {
        switch (value, name) {
        case (.null, _): return "–"
        case (_, "accuracy"), (_, "validation_accuracy"): return Numbers.percent(value.doubleValue)
        case (_, "loss"), (_, "r2"), (_, "validation_loss"), (_, "validation_r2"):
            return value.doubleValue.map { Numbers.loss($0) } ?? value.stringValue ?? value.compact
        case (.string(let text), _): return cut(text)
        case (.array(let values), "tags"): return cut(values.compactMap(\.stringValue).joined(separator: ", "))
        default: return cut(value.compact)
        }
    }

    private static func cut(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > 40 ? line.prefix(39) + "…" : line
    }
}
