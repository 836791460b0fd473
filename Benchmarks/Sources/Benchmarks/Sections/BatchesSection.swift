import JSONTree

/// An epoch of mini-batches of 200 over 100,000 rows, against scikit-learn with its data in memory.
enum BatchesSection {
    private static let batch = 200
    /// Epochs in a statement; whole ones, so that each can be timed.
    private static let epochs = 5
    private static let rate = 0.1
    private static let penalty = 1e-3

    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        let table = try await laboratory.articleTable(rows: StepSection.rows)
        let body = Laboratory.article(
            table,
            [
                "shape": "recursive", "batch_size": .integer(batch), "learning_rate_init": .number(rate),
                "l2_reg": .number(penalty), "max_iter": .integer(2 * epochs),
                "block_size": .integer(epochs * StepSection.rows / batch),
            ]
        )
        func task(shuffle: Bool) -> JSON {
            [
                "conninfo": .string(laboratory.conninfo), "source": .string(table), "batch_size": .integer(batch),
                "rate": .number(rate), "reg": .number(penalty), "shuffle": .bool(shuffle),
            ]
        }
        var ours = Series("an epoch as a run commits it", .milliseconds)
        var same = Series("scikit-learn: partial_fit, shuffle=False", .milliseconds)
        var usual = Series("scikit-learn: partial_fit as it is by default, shuffling every epoch", .milliseconds)
        var notes: [String] = []
        try await laboratory.withPeer("batches.py") { peer in
            try await laboratory.eachRound {
                let run = try await laboratory.train(body)
                ours.values.append(run.meanPerIteration)
                let epochs = run.statements.map { String($0.iterations) }.joined(separator: ", ")
                notes = ["recursive: \(run.run.shapeReason ?? "")", "epochs in each statement: \(epochs)"]
                same.values.append(try await peer.time(task(shuffle: false)))
                usual.values.append(try await peer.time(task(shuffle: true)))
            }
        }
        return [
            Finding(
                .batches,
                "an epoch in batches of 200, against scikit-learn",
                ours: ours,
                theirs: same,
                measure: .ratio,
                target: .atMost(1),
                notes: notes
            ),
            Finding(.batches, "the same, against it with shuffling", ours: ours, theirs: usual, measure: .ratio),
        ]
    }
}
