import Autodiff
import Conformance
import Lowering
import Networks
import Postgres
import Samples
import Testing

/// Every shape against the interpreter, on PostgreSQL: a new shape is held to this by being in `allCases`.
///
/// One network at a time: a block of ten iterations takes PostgreSQL up to 256 MB to plan.
@Suite(.serialized) struct ConformanceTests {
    /// Relative to max(1, |w|), after ten iterations.
    private static let tolerance = 1e-9
    private static let iterations = 10

    /// How the iterations are divided among statements: what PostgreSQL plans in 256 MB goes into one.
    private func blocks(_ shape: StatementShape, _ trainer: Trainer) throws -> [[Int]] {
        switch shape {
        case .step: return [[Int](repeating: 1, count: Self.iterations)]
        case .window:
            let five = try trainer.statement(.window, iterations: 5)
            return [five.size.plannerBytes < 64 << 20 ? [Self.iterations] : [5, 5], [1, 3, 3, 3]]
        case .block, .recursive: return [[Self.iterations], [1, 4, 5]]
        }
    }

    @Test(arguments: 0..<NetworkSample.count)
    func everyShapeTrainsLikeTheInterpreter(number: Int) async throws {
        let sample = NetworkSample(number)
        let rows = SampleRows(for: sample.spec, count: 2_000, seed: UInt64(number), columns: Self.columns)
        try await expectConformance(sample, rows)
    }

    /// 182 levels: the deepest statement that a small machine plans at ease.
    @Test func aBlockOfTwentyTrainsLikeTheInterpreter() async throws {
        let spec = NetworkSpec(
            layerSizes: [2, 2, 2],
            activations: [.relu],
            head: .softmaxCrossEntropy,
            l2: 1e-3,
            solver: .sgd(momentum: 0, nesterov: false)
        )
        let step = try TrainingStep(spec)
        let weights = (0..<step.layout.count).map { Double($0 % 5) / 10 - 0.2 }
        let rows = SampleRows(articleRows: 300, seed: 5)
        let trace = ReferenceTrace(step, weights: weights, rows: rows, learningRate: 1, iterations: 20)
        try await withDatabase { connection in
            try await connection.load(rows)
            var trainer = Trainer(step, weights: weights, learningRate: 1, on: connection)
            _ = try await trainer.run(try trainer.statement(.window, iterations: 20))
            expect(trainer.weights, trace.states[20].weights, "twenty iterations")
        }
    }

    /// A few values of a million make most units saturate and every sum large.
    @Test(arguments: [1, 5, 9, 13, 21])
    func alsoWithHugeValues(number: Int) async throws {
        let sample = NetworkSample(number)
        let rows = SampleRows(for: sample.spec, count: 1_000, seed: UInt64(number), columns: [.large, .normal, .ties])
        // A step is as large as the values and the error: with the usual rate training would diverge.
        let rate = sample.spec.head.isClassification ? 1e-9 : 1e-16
        try await expectConformance(sample, rows, learningRate: rate)
    }

    private static let columns: [SampleRows.Column] = [.normal, .ties, .zeros, .constant]

    private func expectConformance(
        _ sample: NetworkSample,
        _ rows: SampleRows,
        learningRate: Double? = nil
    ) async throws {
        let rate = learningRate ?? sample.learningRate
        let step = try TrainingStep(sample.spec)
        let trace = ReferenceTrace(
            step,
            weights: sample.weights,
            rows: rows,
            learningRate: rate,
            iterations: Self.iterations
        )
        try await withDatabase { connection in
            try await connection.load(rows)
            var last: Trainer?
            for shape in StatementShape.allCases {
                let fresh = Trainer(step, weights: sample.weights, learningRate: rate, on: connection)
                for blocks in try blocks(shape, fresh) {
                    var trainer = fresh
                    var statements: [Int: LoweredStatement] = [:]
                    for block in blocks {
                        let statement = try statements[block] ?? trainer.statement(shape, iterations: block)
                        statements[block] = statement
                        let answers = try await trainer.run(statement, iterations: block)
                        #expect(answers.count == block / statement.span)
                        for answer in answers {
                            let what: Comment = "\(sample), \(shape), block of \(block), iteration \(answer.iteration)"
                            let before = trace.measures[answer.iteration - statement.span]
                            expect([answer.measures.loss, answer.measures.metric], [before.loss, before.metric], what)
                            #expect(answer.measures.rows == Double(rows.count), what)
                            expect(answer.weights, trace.states[answer.iteration].weights, what)
                            expect(answer.state, trace.states[answer.iteration].state, what)
                        }
                    }
                    #expect(trainer.iteration == Self.iterations)
                    // Training must have done something, or the comparison means nothing.
                    #expect(trainer.weights != sample.weights)
                    last = trainer
                }
            }
            try await expectMeasuresAndPredictions(try #require(last), trace, rows, "\(sample)")
        }
    }

    /// The closing forward pass and the predictions, with the weights that training arrived at.
    private func expectMeasuresAndPredictions(
        _ trainer: Trainer,
        _ trace: ReferenceTrace,
        _ rows: SampleRows,
        _ what: Comment
    ) async throws {
        let step = trainer.lowering.step
        let nodes =
            [step.update.loss, step.update.metric, step.perRow.prediction]
            + (step.perRow.predictedClass.map { [$0] } ?? [])
        let expected = trace.states[Self.iterations].evaluate(
            nodes,
            features: rows.features,
            labels: rows.labels,
            rowWeights: rows.rowWeights
        )
        let measures = try await trainer.evaluate()
        expect([measures.loss, measures.metric], expected[0].values + expected[1].values, what)
        #expect(measures.rows == Double(rows.count), what)
        let (predictions, classes) = try await trainer.predict()
        expect(predictions, expected[2].values, what)
        expect(classes, nodes.count > 3 ? expected[3].values : [], what)
    }

    private func expect(
        _ actual: [Double],
        _ expected: [Double],
        _ what: Comment,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(relativeDifference(actual, expected) < Self.tolerance, what, sourceLocation: location)
    }
}
