extension Report {
    /// The table for a terminal, and under it what one has to know.
    var table: String {
        let header = ["", "pgradient", "other side", "value", "rounds", "target", ""]
        let cells = findings.enumerated().map { index, finding in
            [
                "\(index + 1). \(finding.title)", finding.ours.text, finding.theirs?.text ?? "", finding.valueText,
                finding.rangeText, finding.targetText, finding.isMet.map { $0 ? "met" : "MISSED" } ?? "",
            ]
        }
        var lines = ["\(machine.hardware); \(machine.software)", "\(machine.date), \(method)", ""]
        lines += Self.aligned([header] + cells)
        lines.append("")
        for (index, finding) in findings.enumerated() {
            let sides = [finding.ours.label, finding.theirs?.label].compactMap { $0 }.joined(separator: " | ")
            lines.append("\(index + 1). \(sides)")
            lines += finding.notes.map { "   \($0)" }
        }
        for failure in failures { lines.append("not measured, \(failure.section): \(failure.reason)") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The first column and the last are text, the others numbers.
    private static func aligned(_ rows: [[String]]) -> [String] {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let blanks = String(repeating: " ", count: widths[column] - cell.count)
                let isText = column == 0 || column == row.count - 1
                line += (column == 0 ? "" : "  ") + (isText ? cell + blanks : blanks + cell)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
