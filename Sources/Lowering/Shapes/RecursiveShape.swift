import SQLText

extension Lowering {
    /// Any number of iterations in one recursive statement, which answers with every one of them.
    ///
    /// PostgreSQL refuses aggregates in the recursive term itself and takes them in a LATERAL subquery that reads the
    /// columns of the working table (manual, section 7.8.2). The statement ends by itself after an iteration whose
    /// numbers are not sound.
    public func recursive(_ source: RowSource) throws(StatementLimitError) -> LoweredStatement {
        let link = Link(self, source)
        let (next, size) = link.next(after: "training", while: "t.k < \(hole: HoleName.iterations, .int8)")
        let sql: SQL = """
            WITH RECURSIVE training AS (
            \(link.first)
            UNION ALL
            \(next)
            )
            \(link.results(from: "training", isLast: "k = \(hole: HoleName.iterations, .int8)"))
            """
        return try finish(sql, size, shape: .recursive, iterations: nil, parallelSafe: false)
    }
}
