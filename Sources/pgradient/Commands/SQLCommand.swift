import ArgumentParser
import Lowering
import Training

extension StatementShape: ExpressibleByArgument {}
extension ServingForm: ExpressibleByArgument {}

/// `pgradient sql`: the training statement of a run, or the network as a query, a view or a function.
struct SQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Print a run as SQL, ready for psql: what trains, or what predicts.",
        discussion: """
            The statement that trains reads the source of the run, so it works after the run has ended.

            With --as the network itself is printed, as a query over the source of the run or --table, as a view of \
            that, or as a function of the features. Weights, scaling and categories are in the text; it needs nothing of \
            pgradient and works in other databases. Without --epoch it is the epoch that predicts: the best on \
            validation rows if the run restores that one, else the last.

            EXAMPLES
              pgradient sql
              pgradient sql --run 7 | psql "$PGRADIENT_DATABASE_URL"
              pgradient sql --run 7 --shape recursive --iterations 100
              pgradient sql --run 7 --shape window --iterations 3
              pgradient sql --run 7 --explain
              pgradient sql --run 7 --as query --table t
              pgradient sql --run 7 --as view --name public.scores
              pgradient sql --run 7 --as function --name score --epoch best
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: ArgumentHelp("The run; the newest if left out.", valueName: "id")) var run: Int?
    @Option(help: "step, recursive, block or window; the run's own if left out.") var shape: StatementShape?

    @Option(help: ArgumentHelp("Iterations of a recursive, block or window statement.", valueName: "n"))
    var iterations: Int?

    @Option(name: .customLong("as"), help: "query, view or function: what predicts instead of what trains.")
    var form: ServingForm?

    @Option(help: ArgumentHelp("Of the view or function; pgradient_run_ID if left out.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("With --as: last, best or a number.", valueName: "epoch")) var epoch: String?

    @Option(help: ArgumentHelp("With --as: the rows; the source of the run if left out.", valueName: "table"))
    var table: String?

    @Option(help: ArgumentHelp("With --as: before the names of the columns of predictions.", valueName: "text"))
    var prefix: String?

    @Flag(help: "Show why it has this form, the forms there are, and the server's plan.") var explain = false

    func validate() throws {
        if form == nil {
            for (flag, value) in [("name", name), ("epoch", epoch), ("table", table), ("prefix", prefix)]
            where value != nil {
                throw ValidationError("--\(flag) means nothing without --as query, view or function")
            }
        } else if shape != nil || iterations != nil || explain {
            throw ValidationError(
                "--as prints what predicts; --shape, --iterations and --explain are about what trains"
            )
        }
        if explain, iterations != nil { throw ValidationError("--iterations means nothing to --explain") }
        if let iterations, !(1...1_000_000).contains(iterations) {
            throw ValidationError("--iterations is \(iterations); it must be from 1 to 1000000")
        }
    }

    func run() async throws {
        let choice = try epoch.map { text in try EpochChoice(parsing: text) } ?? .chosen
        try await withBackend(global) { backend in
            if let form {
                let order = ServingOrder(form, name: name, table: table, prefix: prefix ?? "")
                return try Terminal.output(await backend.service.servingText(run, epoch: choice, order))
            }
            if explain {
                return try Terminal.output(ExplanationText(await backend.service.explain(run, shape: shape)).text)
            }
            try Terminal.output(await backend.service.statement(run, shape: shape, iterations: iterations))
        }
    }
}
