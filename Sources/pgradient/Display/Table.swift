/// Lines in columns. Numbers are set to the right.
struct Table {
    private let header: [String]
    /// Columns of words; nil tells them by what is in them.
    private let textColumns: Set<Int>?
    private var rows: [[String]] = []

    init(_ header: String...) { self.init(header) }

    init(_ header: [String]) {
        self.header = header
        textColumns = nil
    }

    /// A table whose words may begin with a digit, as names of classes do.
    init(_ header: [String], textColumns: Set<Int>) {
        self.header = header
        self.textColumns = textColumns
    }

    mutating func add(_ cells: String...) { rows.append(cells) }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    var text: String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = zip(row, widths).enumerated().map { index, pair in
                let padding = String(repeating: " ", count: pair.1 - pair.0.count)
                return isNumber(index) ? padding + pair.0 : pair.0 + padding
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    private func isNumber(_ column: Int) -> Bool {
        if let textColumns { return !textColumns.contains(column) }
        return !rows.isEmpty && rows.allSatisfy { $0[column].first.map { "–-0123456789".contains($0) } ?? true }
    }
}
