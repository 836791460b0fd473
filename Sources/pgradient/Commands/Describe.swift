import ArgumentParser
import Service
import Training

/// `pgradient describe`: the columns of a table.
struct Describe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the columns of a table, and what training would do with them.",
        discussion: """
            EXAMPLES
              pgradient describe --table iris
              pgradient describe --table public.customers --label churned
              pgradient describe --table iris --json
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: ArgumentHelp("Table or view.", valueName: "schema.table")) var table: String
    @Option(help: ArgumentHelp("Column that would be predicted.", valueName: "column")) var label: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        try await withBackend(global) { backend in
            let description = try await backend.service.describe(table, label: label)
            if json { return try Terminal.output(DescriptionDocument.json(description).pretty) }
            try Terminal.line("\(description.table): \(Numbers.count(description.rows)) rows")
            var lines = Table(["column", "type", "nulls", "distinct", "range", "training"], textColumns: [0, 1, 4, 5])
            for column in description.columns {
                lines.add(
                    column.name,
                    column.type,
                    Numbers.count(column.nulls),
                    column.distinct.map(Numbers.count) ?? "–",
                    Self.range(column),
                    column.use
                )
            }
            try Terminal.output(lines.text)
        }
    }

    private static func range(_ column: TableDescription.Column) -> String {
        if let low = column.minimum, let high = column.maximum { return "\(short(low)) … \(short(high))" }
        let names = column.values.map { short($0.value) }
        let rest = (column.distinct ?? 0) > names.count ? ", …" : ""
        return names.joined(separator: ", ") + (names.isEmpty ? "" : rest)
    }

    private static func short(_ text: String) -> String { text.count > 20 ? text.prefix(19) + "…" : text }
}
