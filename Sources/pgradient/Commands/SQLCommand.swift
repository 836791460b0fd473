import ArgumentParser
import Lowering
import Training

extension StatementShape: ExpressibleByArgument {}

/// `pgradient sql`: the training statement of a run.
struct SQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Print the training statement of a run, ready for psql.",
        discussion: """
            The statement reads the source of the run, so it works after the run has ended.

            EXAMPLES
              pgradient sql
              pgradient sql --run 7 | psql "$PGRADIENT_DATABASE_URL"
              pgradient sql --run 7 --shape recursive --iterations 100
              pgradient sql --run 7 --shape window --iterations 3
              pgradient sql --run 7 --explain
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: ArgumentHelp("The run; the newest if left out.", valueName: "id")) var run: Int?
    @Option(help: "step, recursive, block or window; the run's own if left out.") var shape: StatementShape?

    @Option(help: ArgumentHelp("Iterations of a recursive, block or window statement.", valueName: "n"))
    var iterations: Int?

    @Flag(help: "Show why it has this form, the forms there are, and the server's plan.") var explain = false

    func validate() throws {
        if explain, iterations != nil { throw ValidationError("--iterations means nothing to --explain") }
        if let iterations, !(1...1_000_000).contains(iterations) {
            throw ValidationError("--iterations is \(iterations); it must be from 1 to 1000000")
        }
    }

    func run() async throws {
        try await withBackend(global) { backend in
            if explain {
                return try Terminal.output(ExplanationText(await backend.service.explain(run, shape: shape)).text)
            }
            try Terminal.output(await backend.service.statement(run, shape: shape, iterations: iterations))
        }
    }
}
