import ArgumentParser
import JSONTree
import Service
import Training

/// `pgradient demo`: the article's network, and where to look afterwards.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train the article's network and show what came of it.",
        discussion: """
            2 inputs, 2 ReLU units, softmax over 2 classes; 100,000 rows with the label x1 + x2 > 0; 100 iterations.

            EXAMPLES
              pgradient demo
              pgradient demo --seed 7
              pgradient demo --data-dir /tmp/pgradient
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(parsing: .unconditional, help: ArgumentHelp("Another draw of the data.", valueName: "n"))
    var seed: Int?

    func run() async throws {
        var body: JSON = ["name": "demo"]
        if let seed { body.set("seed", .integer(seed)) }
        // A seed that can't be one is refused before a database is started.
        _ = try TrainingRequest(body)
        Terminal.note(
            "Training 2 inputs → 2 ReLU units → softmax over 2 classes on 100,000 rows, all of it in PostgreSQL."
        )
        try await withBackend(global) { backend in
            let run = try await TrainingCommand(backend: backend).train(body)
            try RunSummary.show(run)
            try RunSummary.exitCode(run)
            try await report(run, backend)
        }
    }

    private func report(_ run: Run, _ backend: Backend) async throws {
        let metrics = try await backend.service.metrics(run.id, after: nil, limit: run.maxIter + 1)
        func accuracy(_ epoch: Int) -> String {
            Numbers.percent(metrics.first { $0.epoch == epoch }?.accuracy)
        }
        try Terminal.line()
        var table = Table("iterations", "accuracy", "the article reports")
        table.add("10", accuracy(10), "93 %")
        table.add("20", accuracy(20), "")
        table.add("100", accuracy(100), "99 %")
        try Terminal.output(table.text)
        try Terminal.line(
            """

            After 10 iterations the network is just leaving its plateau, so that figure is the luck of the draw: over
            many draws of the data it lies between 50 % and 97 %, and the article's 93 % is one of them (try --seed).
            """
        )
        let parameters = try await backend.service.parameters(run.id, .last)
        try Terminal.line()
        try Terminal.line("parameters of epoch \(parameters.epoch):")
        for (name, value) in zip(parameters.layout.names, parameters.weights) {
            try Terminal.line("  \(name)\(String(repeating: " ", count: max(0, 8 - name.count)))\(value)")
        }
        try Terminal.line()
        let again = try Invocation(global, Settings(global), backend)
        try Terminal.output(look(run, again, isPrivate: backend.privatePsql != nil))
    }

    /// Lines that can be pasted as they are.
    private func look(_ run: Run, _ again: Invocation, isPrivate: Bool) -> String {
        let history =
            "select epoch, name, value from pgradient.param_history where run_id = \(run.id) and epoch in (0, 10, 100)"
        let server = isPrivate ? "Start the daemon, which keeps the database running" : "Start the daemon"
        let rows = #"{"run": \#(run.id), "rows": [{"x1": 0.3, "x2": -1}]}"#
        return """
            To look further. \(server):
              \(again.serve) &

            and then
              \(again.curl("/train/\(run.id)", waits: true))
              \(again.curl("/params?run=\(run.id)&epoch=20"))
              \(again.curl("/predict", posting: rows))
              \(again.curl("/train/\(run.id)/sql"))
              \(again.psql) -c "\(history)"

            """
    }
}
