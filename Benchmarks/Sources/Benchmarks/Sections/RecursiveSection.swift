/// A hundred iterations in one recursive statement, against as many serial statements of shape `step`.
enum RecursiveSection {
    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        let table = try await laboratory.articleTable(rows: StepSection.rows)
        var recursive = Series("one statement of 100 iterations, compiling included", .milliseconds)
        var serial = Series("100 statements in one process", .milliseconds)
        var reason = ""
        try await laboratory.eachRound {
            let one = try await laboratory.train(
                Laboratory.article(table, ["shape": "recursive", "block_size": 100, "max_iter": 100])
            )
            guard one.statements.count == 1 else {
                throw BenchmarkError("100 iterations took \(one.statements.count) recursive statements")
            }
            recursive.values.append(one.milliseconds)
            reason = one.run.shapeReason ?? ""
            let hundred = try await laboratory.train(
                Laboratory.article(table, ["shape": "step", "max_iter": 100]),
                options: Laboratory.serial
            )
            serial.values.append(hundred.milliseconds)
        }
        return [
            Finding(
                .recursive,
                "recursive, 100 iterations, against serial steps",
                ours: recursive,
                theirs: serial,
                measure: .ratio,
                target: .atMost(0.75),
                notes: ["recursive: \(reason)"]
            )
        ]
    }
}
