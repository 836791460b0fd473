import JSONTree
import Training

/// What someone waits for: from `POST /train` to the word that the run has succeeded, against a numpy program that
/// copies the table out, trains, and copies the history of weights back. Both sides are running processes by then.
enum RunSection {
    private static let iterations = 100

    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        let table = try await laboratory.articleTable(rows: StepSection.rows)
        var numbers = Numbers()
        try await laboratory.withPeer("whole_run.py") { numpy in
            try await laboratory.withDaemon { daemon in
                try await laboratory.eachRound {
                    let (run, time) = try await daemon.http.wholeRun(
                        Laboratory.article(table, ["max_iter": .integer(iterations)])
                    )
                    numbers.table.values.append(time)
                    numbers.add(run)
                    let answer = try await numpy.ask(task(table, laboratory))
                    try numbers.add(answer: answer, run)
                    numbers.example.values.append(try await daemon.http.wholeRun([:]).milliseconds)
                }
            }
        }
        return numbers.findings
    }

    private static func task(_ table: String, _ laboratory: Laboratory) -> JSON {
        [
            "conninfo": .string(laboratory.conninfo), "source": .string(table),
            "weights": .array(Laboratory.weights.map(JSON.number)), "iterations": .integer(iterations), "rate": 2,
            "reg": 1e-3,
        ]
    }

    private struct Numbers {
        var table = Series("POST /train to succeeded, 100 iterations, every epoch kept", .milliseconds)
        var example = Series("the same for the request {}, whose rows are made first", .milliseconds)
        var numpy = Series("numpy: COPY out, 100 iterations, COPY of every epoch back", .milliseconds)
        var out: [Double] = []
        var training: [Double] = []
        var shape = ""

        mutating func add(_ run: JSON) {
            shape = "\(run["shape"]?.stringValue ?? "?"), \(run["shape_reason"]?.stringValue ?? "?")"
        }

        mutating func add(answer: JSON, _ run: JSON) throws {
            guard let time = answer["milliseconds"]?.doubleValue, let out = answer["copying_out"]?.doubleValue,
                let training = answer["training"]?.doubleValue, let loss = answer["loss"]?.doubleValue
            else { throw BenchmarkError("whole_run.py answered \(answer.compact)") }
            try Agreement.check(run["loss"]?.doubleValue, loss)
            numpy.values.append(time)
            self.out.append(out)
            self.training.append(training)
        }

        var findings: [Finding] {
            let (out, training) = (Statistics.median(out), Statistics.median(training))
            let copying = Series.text(out, .milliseconds)
            let parts = "numpy: \(copying) to copy out, \(Series.text(training, .milliseconds)) to train"
            return [
                Finding(
                    .run,
                    "whole run over a table, against numpy and back",
                    ours: table,
                    theirs: numpy,
                    measure: .ratio,
                    target: .atMost(2.5),
                    notes: ["shape: \(shape)", parts]
                ),
                Finding(
                    .run,
                    "whole run of the example, against the same",
                    ours: example,
                    theirs: numpy,
                    measure: .ratio
                ),
            ]
        }
    }
}
