import ArgumentParser
import JSONTree
import Service
import Training

/// `pgradient params`: the weights by name.
struct Params: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the parameters of a run at an epoch.",
        discussion: """
            w{layer}_{i}_{j} goes from input i to unit j, counted from 0, layers from 1; b{layer}_{j} is a bias.

            EXAMPLES
              pgradient params
              pgradient params --run 7 --epoch best
              pgradient params --run 7 --from 0 --to 100 --format csv
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, csv, ndjson }

    @OptionGroup var global: GlobalOptions
    @Option(help: ArgumentHelp("The run; the newest if left out.", valueName: "id")) var run: Int?
    @Option(help: ArgumentHelp("last, best or a number.", valueName: "epoch")) var epoch: String?
    @Option(help: ArgumentHelp("First epoch of a history.", valueName: "epoch")) var from: Int?
    @Option(help: ArgumentHelp("Last epoch of a history.", valueName: "epoch")) var to: Int?
    @Option(help: "table, json, csv or ndjson.") var format: Format = .table

    func validate() throws {
        if epoch != nil, from != nil || to != nil {
            throw ValidationError("--epoch and --from/--to exclude each other")
        }
        if let from, let to, from > to { throw ValidationError("--from \(from) is after --to \(to)") }
        if (from ?? 0) < 0 || (to ?? 0) < 0 { throw ValidationError("epochs count from 0") }
    }

    func run() async throws {
        let choice = try EpochChoice(parsing: epoch ?? "last")
        try await withBackend(global) { backend in
            if from != nil || to != nil {
                try await history(backend.service)
            } else {
                try show([try await backend.service.parameters(run, choice)], isHistory: false)
            }
        }
    }

    private func history(_ service: TrainingService) async throws {
        let epochs = (from ?? 0)...(to ?? Int(Int32.max))
        // Whole, in pages: a history of many wide epochs should not be held in memory at once.
        var next = epochs.lowerBound
        var isFirst = true
        while next <= epochs.upperBound {
            let (_, page) = try await service.history(run, next...epochs.upperBound, limit: 100)
            guard let last = page.last else { return }
            try show(page, isHistory: true, withHeader: isFirst)
            next = last.epoch + 1
            isFirst = false
        }
    }

    private func show(_ history: [Parameters], isHistory: Bool, withHeader: Bool = true) throws {
        switch format {
        case .table:
            for parameters in history {
                let loss = parameters.loss.map { ", loss \(Numbers.loss($0))" } ?? ""
                try Terminal.line("run \(parameters.run), epoch \(parameters.epoch)\(loss)")
                var table = Table("name", "value")
                for (name, value) in zip(parameters.layout.names, parameters.weights) { table.add(name, "\(value)") }
                try Terminal.output(table.text)
            }
        case .json:
            for parameters in history {
                let document = isHistory ? ParamsDocument.entry(parameters) : ParamsDocument.json(parameters)
                try Terminal.output(document.pretty)
            }
        case .ndjson:
            for parameters in history { try Terminal.line(ParamsDocument.entry(parameters).compact) }
        case .csv:
            let text = ParamsDocument.csv(history)
            try Terminal.output(withHeader ? text : String(text.drop { $0 != "\n" }.dropFirst()))
        }
    }
}
