import Lowering
import Networks
import Samples
import Testing

/// Mini-batches: every shape that can do them against the interpreter on the same slices of the rows.
@Suite(.serialized) struct BatchTests {
    private static let batchSize = 30
    private static let rowCount = 100
    private static let batches = 4

    /// An epoch and what it has seen by the time an iteration of it is over.
    private struct Step {
        let weights: [Double]
        let state: [Double]
        let loss: Double
        let metric: Double
        let rows: Double
    }

    private func trace(_ step: TrainingStep, _ sample: NetworkSample, _ rows: SampleRows, _ count: Int) -> [Step] {
        var reference = BatchedReference(step, weights: sample.weights, rows: rows, batchSize: Self.batchSize)
        var (loss, metric, seen) = (0.0, 0.0, 0.0)
        return (0..<count).map { iteration in
            let part = reference.iterate(learningRate: sample.learningRate)
            if iteration % Self.batches == 0 { (loss, metric, seen) = (0, 0, 0) }
            loss += part.loss * Double(part.rows)
            metric += part.metric * Double(part.rows)
            seen += Double(part.rows)
            return Step(
                weights: reference.training.weights,
                state: reference.training.state,
                loss: loss / seen,
                metric: metric / seen,
                rows: seen
            )
        }
    }

    /// Statements that end within an epoch, at its end and beyond it.
    @Test(arguments: [0, 1, 2, 3, 5, 9, 14, 21])
    func everyShapeTrainsLikeTheInterpreter(number: Int) async throws {
        let sample = NetworkSample(number)
        let rows = SampleRows(for: sample.spec, count: Self.rowCount, seed: UInt64(number))
        let step = try TrainingStep(sample.spec)
        let expected = trace(step, sample, rows, 13)
        let divisions: [StatementShape: [Int]] = [
            .step: [Int](repeating: 1, count: 13), .block: [3, 1, 6, 3], .recursive: [2, 2, 9],
        ]
        try await withDatabase { connection in
            try await connection.load(rows, batchSize: Self.batchSize)
            for (shape, blocks) in divisions {
                var trainer = Trainer(
                    step,
                    weights: sample.weights,
                    learningRate: sample.learningRate,
                    batches: Self.batches,
                    on: connection
                )
                for block in blocks {
                    let first = trainer.iteration
                    let statement = try trainer.statement(shape, iterations: block)
                    let answers = try await trainer.run(statement, iterations: block)
                    // The ends of epochs and the end of the statement.
                    let kept = (first + 1...first + block).filter { $0 % Self.batches == 0 || $0 == first + block }
                    #expect(answers.map(\.iteration) == kept, "\(sample), \(shape)")
                    for answer in answers {
                        let what: Comment = "\(sample), \(shape), iteration \(answer.iteration)"
                        let step = expected[answer.iteration - 1]
                        #expect(relativeDifference(answer.weights, step.weights) < 1e-9, what)
                        #expect(relativeDifference(answer.state, step.state) < 1e-9, what)
                        #expect(relativeDifference(answer.measures.loss, step.loss) < 1e-9, what)
                        #expect(relativeDifference(answer.measures.metric, step.metric) < 1e-9, what)
                        #expect(answer.measures.rows == step.rows, what)
                        #expect(answer.batch == answer.iteration % Self.batches, what)
                    }
                }
            }
        }
    }
}
