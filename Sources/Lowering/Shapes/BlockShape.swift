import SQLText

extension Lowering {
    /// Iterations in one statement without recursion: a chain of one-row CTEs, each of which aggregates over the data
    /// and reads the one before. Every iteration is among the results.
    /// - Throws: `StatementLimitError` if the text or its planning exceed what the server takes.
    public func block(_ source: RowSource, iterations: Int) throws(StatementLimitError) -> LoweredStatement {
        precondition(iterations > 0, "a block has at least one iteration")
        let link = Link(self, source)
        // One link is like the other, so the size of a long chain is known before it is written.
        if iterations > 2 { try checkChain(source, min(iterations, 1 << 32)) }
        var parts: [SQL] = ["iteration_0 AS MATERIALIZED (\n\(link.first)\n)"]
        var results: [SQL] = []
        var size = StatementSize(nesting: 0, targetList: 0)
        for iteration in 1...iterations {
            let (next, one) = link.next(after: "iteration_\(literal: iteration - 1)")
            parts.append("iteration_\(literal: iteration) AS MATERIALIZED (\n\(next)\n)")
            results.append(
                link.results(
                    from: "iteration_\(literal: iteration)",
                    isLast: "k = \(literal: iterations)"
                )
            )
            size = one
        }
        var sql: SQL = "WITH "
        for (index, part) in parts.enumerated() { sql.append(index == 0 ? part : ", \(part)") }
        for (index, result) in results.enumerated() {
            sql.append(index == 0 ? "\n\(result)" : "\nUNION ALL\n\(result)")
        }
        return try finish(
            sql,
            size,
            shape: .block,
            iterations: iterations,
            advice: { size in
                let isTooLong = iterations > 1 && size.targetList <= dialect.maximumTargetList
                return isTooLong ? "use a smaller block_size, or shape recursive" : narrower
            },
            parallelSafe: false
        )
    }

    /// Refuses a long chain before it is built, and says which one would do.
    private func checkChain(_ source: RowSource, _ iterations: Int) throws(StatementLimitError) {
        let one = try block(source, iterations: 1).size
        let two = try block(source, iterations: 2).size
        try StatementSize.checkBlock(iterations, dialect, shape: .block) { iterations in
            var size = two
            size.textBytes += (two.textBytes - one.textBytes) * (iterations - 2) * 101 / 100
            return size
        }
    }
}
