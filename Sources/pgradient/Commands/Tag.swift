import ArgumentParser
import Service
import Training

/// `pgradient tag`: changes what people write about a run.
struct Tag: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change tags, notes and name of a run, and show them.",
        discussion: """
            EXAMPLES
              pgradient tag 7 --add churn --add baseline
              pgradient tag 7 --remove baseline --notes "the one in the report"
              pgradient tag 7 --name "" --notes ""
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The number of the run.") var id: Int

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp("A tag to add. May be repeated.", valueName: "tag"))
    var add: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A tag to remove. May be repeated.", valueName: "tag")
    )
    var remove: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("New notes; \"\" removes them.", valueName: "text"))
    var notes: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("A new name; \"\" removes it.", valueName: "text"))
    var name: String?

    func run() async throws {
        let edit = try RunEdit(add: add, remove: remove, notes: notes, name: name)
        try await withBackend(global) { backend in
            let run = try await backend.service.edit(id, edit)
            try Terminal.line("run \(run.id)\(run.name.map { " \"\($0)\"" } ?? "")")
            try Terminal.line("tags: \(run.tags.isEmpty ? "–" : run.tags.joined(separator: ", "))")
            try Terminal.line("notes: \(run.notes ?? "–")")
        }
    }
}
