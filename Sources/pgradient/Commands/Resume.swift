import ArgumentParser
import JSONTree
import Service
import Training

/// `pgradient resume`: goes on with a run that has ended, in this process.
struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Go on with a run that has ended, with more epochs if need be.",
        discussion: """
            The run keeps its epochs and goes on at the last one, with the solver as it was. Its rows must be those it \
            began with; otherwise it stays as it is.

            EXAMPLES
              pgradient resume 7
              pgradient resume 7 --max-iter 300
              pgradient resume 7 --max-iter 300 --max-runtime-s 60
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The number of the run.") var id: Int

    @Option(
        name: .customLong("max-iter"),
        parsing: .unconditional,
        help: ArgumentHelp("Epochs at most, those before counted.", valueName: "n")
    )
    var maxIter: Int?

    @Option(
        name: .customLong("max-runtime-s"),
        parsing: .unconditional,
        help: ArgumentHelp("Seconds after which training stops, from now on.", valueName: "x")
    )
    var maxRuntime: Double?

    @Flag(name: .customLong("json"), help: "Print the finished run as JSON.") var json = false

    func run() async throws {
        var body: JSON = [:]
        if let maxIter { body.set("max_iter", .integer(maxIter)) }
        if let maxRuntime { body.set("max_runtime_s", .number(maxRuntime)) }
        // What can be told without a database is told before one is started.
        let asked = try Resumption(body)
        try await withBackend(global) { backend in
            let run = try await TrainingCommand(backend: backend).resume(id, asked)
            if json { try Terminal.output(RunDocument.json(run).pretty) } else { try RunSummary.show(run) }
            try RunSummary.exitCode(run)
        }
    }
}
