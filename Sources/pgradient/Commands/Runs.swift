import ArgumentParser
import JSONTree
import Service
import Training

/// `pgradient runs`: what has been trained and how it went.
struct Runs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List runs, newest first, or show one.",
        discussion: """
            EXAMPLES
              pgradient runs
              pgradient runs 7
              pgradient runs --limit 5 --json
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The number of a run to show whole.") var id: Int?
    @Option(help: ArgumentHelp("How many to list, 1 to 1000.", valueName: "n")) var limit = 20
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard (1...1000).contains(limit) else {
            throw ValidationError("--limit is \(limit); it must be from 1 to 1000")
        }
    }

    func run() async throws {
        try await withBackend(global) { backend in
            if let id {
                try Terminal.output(RunDocument.json(await backend.service.run(id)).pretty)
                return
            }
            let (runs, next) = try await backend.service.runs(limit: limit)
            if json {
                let document: JSON = ["runs": .array(runs.map(RunDocument.json)), "next": .optional(next)]
                try Terminal.output(document.pretty)
                return
            }
            guard !runs.isEmpty else {
                Terminal.note("no runs yet; `pgradient train` or `pgradient demo` makes one")
                return
            }
            var table = Table("run", "state", "epoch", "loss", "accuracy", "R²", "rows", "layers", "shape", "name")
            for run in runs {
                table.add(
                    "\(run.id)",
                    run.state.rawValue,
                    "\(run.epoch)/\(run.maxIter)",
                    Numbers.loss(run.loss),
                    Numbers.percent(run.accuracy),
                    Numbers.loss(run.r2),
                    run.rows.map(Numbers.count) ?? "–",
                    run.layerSizes.map { $0.map(String.init).joined(separator: "-") } ?? "–",
                    run.shape?.rawValue ?? "–",
                    run.name ?? ""
                )
            }
            try Terminal.output(table.text)
        }
    }
}
