import Conformance
import Lowering
import Networks
import Postgres
import SQLText
import Samples
import Testing

/// What the planner makes of a statement. Without fences it would flatten the levels and repeat their expressions.
@Suite struct FenceTests {
    private static let article = NetworkSpec(
        layerSizes: [2, 2, 2],
        activations: [.relu],
        head: .softmaxCrossEntropy,
        l2: 1e-3,
        solver: .sgd(momentum: 0, nesterov: false)
    )

    private func plan(
        _ statement: LoweredStatement,
        _ trainer: Trainer,
        _ options: SQL = "VERBOSE, COSTS OFF"
    ) async throws -> String {
        let text = statement.sql.inlined(trainer.fill)
        let rows = try await trainer.connection.query("EXPLAIN (\(options)) \(unsafeRaw: text)")
        return try rows.decode(String.self, "QUERY PLAN").joined(separator: "\n")
    }

    private func withTrainer(
        rows: Int = 200,
        temporary: Bool = true,
        _ body: (Trainer) async throws -> Void
    ) async throws {
        try await withDatabase { connection in
            try await connection.load(SampleRows(articleRows: rows, seed: 1), temporary: temporary)
            let step = try TrainingStep(Self.article)
            let weights = (0..<step.layout.count).map { Double($0 + 1) / 10 }
            try await body(Trainer(step, weights: weights, learningRate: 2, on: connection))
        }
    }

    @Test func everyLevelStaysASubqueryOfItsOwn() async throws {
        try await withTrainer { trainer in
            for (shape, iterations) in [(StatementShape.step, 1), (.window, 1), (.window, 3)] {
                let statement = try trainer.statement(shape, iterations: iterations)
                let plan = try await plan(statement, trainer)
                #expect(levels(plan) == Array((1..<statement.size.nesting).reversed()), "\(shape):\n\(plan)")
            }
        }
    }

    /// A link of a chain has its levels too, each once, however often the server repeats it.
    @Test func everyLevelOfALinkStaysASubqueryOfItsOwn() async throws {
        try await withTrainer { trainer in
            for (shape, iterations) in [(StatementShape.recursive, 1), (.block, 1), (.block, 3)] {
                let statement = try trainer.statement(shape, iterations: iterations)
                let plan = try await plan(statement, trainer)
                // Three of the levels are the link's own: the row before it, what follows from that, and its result.
                let link = Array((1..<statement.size.nesting - 3).reversed())
                let all = Array(repeating: link, count: iterations).flatMap(\.self)
                #expect(levels(plan) == all, "\(shape):\n\(plan)")
                // The difference of two weights: once per iteration, not once per row.
                let differences = plan.ranges(of: #/w2_0_1\)? - \(?[a-z0-9_.]*w2_0_0/#)
                #expect(differences.count == iterations, "\(shape):\n\(plan)")
            }
        }
    }

    /// The levels of a plan, outermost first: each is a Subquery Scan, except that PostgreSQL leaves out the scan
    /// between an aggregate and its input where it would only hand the columns through.
    private func levels(_ plan: String) -> [Int] {
        var levels: [Int] = []
        var isUnderAggregate = false
        for line in plan.split(separator: "\n") {
            // The second level_1 of a statement is called level_1_1 in its plan.
            if let name = line.firstRange(of: "Subquery Scan on level_"),
                let level = Int(line[name.upperBound...].prefix { $0 != "_" })
            {
                if isUnderAggregate, let last = levels.last, level == last - 2 { levels.append(last - 1) }
                levels.append(level)
                isUnderAggregate = false
            } else if line.hasSuffix("Aggregate") || line.hasSuffix("WindowAgg") {
                isUnderAggregate = true
            }
        }
        return levels
    }

    /// A repeated expression would show up in the plan more often than in the statement.
    @Test func whatIsWrittenOnceIsComputedOnce() async throws {
        try await withTrainer { trainer in
            for (shape, iterations) in [(StatementShape.step, 1), (.window, 2), (.block, 2), (.recursive, 1)] {
                let statement = try trainer.statement(shape, iterations: iterations)
                let text = statement.sql.render().text.lowercased()
                let plan = try await plan(statement, trainer).lowercased()
                // Where a link hands its columns to the next EXPLAIN writes them out again.
                let isChained = shape == .block || shape == .recursive
                for function in ["exp(", "ln("] + (isChained ? [] : ["greatest(", "abs("]) {
                    let written = text.ranges(of: function).count
                    #expect(written > 0 && plan.ranges(of: function).count == written, "\(shape), \(function)\n\(plan)")
                }
                // A level of windows costs more than the exponential of the one logit.
                guard shape != .window else { continue }
                #expect(text.ranges(of: "exp(").count == iterations, "one exponential per iteration")
            }
        }
    }

    @Test func theRowsAreSharedAmongWorkers() async throws {
        try await withTrainer(rows: 2_000, temporary: false) { trainer in
            try await trainer.connection.script(
                """
                SET max_parallel_workers_per_gather = 2;
                SET min_parallel_table_scan_size = 0;
                SET parallel_setup_cost = 0;
                SET parallel_tuple_cost = 0;
                """
            )
            let statement = try trainer.statement(.step, iterations: 1)
            let plan = try await plan(statement, trainer)
            #expect(statement.parallelSafe)
            #expect(plan.contains("Partial Aggregate"), "\(plan)")
            #expect(plan.contains("Parallel Seq Scan"), "\(plan)")

            // And the partial sums add up to the same weights.
            var parallel = trainer
            _ = try await parallel.run(statement)
            var reference = ReferenceTraining(step: trainer.lowering.step, weights: trainer.weights)
            let rows = SampleRows(articleRows: 2_000, seed: 1)
            _ = reference.iterate(
                features: rows.features,
                labels: rows.labels,
                rowWeights: rows.rowWeights,
                learningRate: 2
            )
            #expect(relativeDifference(parallel.weights, reference.weights) < 1e-12)

            let evaluation = try trainer.lowering.evaluation(RowSource(table: exampleTable))
            #expect(try await self.plan(evaluation, trainer).contains("Partial Aggregate"))
        }
    }
}
