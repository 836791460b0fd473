import JSONTree

/// The article's network on its 100,000 rows, full batch, by statement shape.
enum StepSection {
    static let rows = 100_000

    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        let table = try await laboratory.articleTable(rows: rows)
        let iterations = laboratory.isQuick ? 10 : 20
        var reasons: [String: String] = [:]
        func turn(_ shape: String, _ options: JSON) async throws -> Double {
            var body = Laboratory.article(table, options)
            body.set("shape", .string(shape))
            body.set("max_iter", .integer(iterations))
            let run = try await laboratory.train(body)
            reasons[shape] = run.run.shapeReason ?? ""
            return run.millisecondsPerIteration
        }
        var step = Series("an iteration as a run commits it", .milliseconds)
        var block = Series("a tenth of a block of 10", .milliseconds)
        var window = Series("a tenth of a window of 10", .milliseconds)
        try await laboratory.eachRound {
            step.values.append(try await turn("step", [:]))
            window.values.append(try await turn("window", ["block_size": 10]))
            block.values.append(try await turn("block", ["block_size": 10]))
        }
        func notes(_ shapes: String...) -> [String] { shapes.map { "\($0): \(reasons[$0] ?? "")" } }
        return [
            Finding(
                .step,
                "step in parallel, against window of 10",
                ours: step,
                theirs: window,
                measure: .speedup,
                target: .atLeast(5),
                notes: notes("step", "window")
            ),
            Finding(
                .step,
                "block of 10, against window of 10",
                ours: block,
                theirs: window,
                measure: .speedup,
                target: .atLeast(3.5),
                notes: notes("block")
            ),
        ]
    }
}
