import Conformance
import Lowering
import Networks
import Postgres
import Samples
import Testing

/// Networks beyond what the columns of a SELECT hold.
@Suite struct WideNetworkTests {
    private func train(_ spec: NetworkSpec, rows: Int, parallelSafe: Bool) async throws {
        let step = try TrainingStep(spec)
        var random = SeededGenerator(seed: 7)
        let weights = (0..<step.layout.count).map { _ in random.normal() * 0.2 }
        let data = SampleRows(for: spec, count: rows, seed: 7)
        let trace = ReferenceTrace(step, weights: weights, rows: data, learningRate: 0.01, iterations: 3)
        try await withDatabase { connection in
            try await connection.load(data)
            var trainer = Trainer(step, weights: weights, learningRate: 0.01, on: connection)
            let statement = try trainer.statement(.step, iterations: 1)
            #expect(statement.parallelSafe == parallelSafe)
            #expect(statement.size.targetList <= trainer.lowering.dialect.maximumTargetList)
            for iteration in 0..<3 {
                let measures = try await trainer.run(statement)[0].measures
                #expect(relativeDifference(measures.loss, trace.measures[iteration].loss) < 1e-9)
                #expect(relativeDifference(trainer.weights, trace.states[iteration + 1].weights) < 1e-9)
                #expect(relativeDifference(trainer.state, trace.states[iteration + 1].state) < 1e-9)
            }
            #expect(relativeDifference(try await trainer.evaluate().loss, loss(trace, data)) < 1e-9)

            // Past 1,000 the parameters of a chain travel in an array.
            for shape in [StatementShape.block, .recursive] {
                var trainer = Trainer(step, weights: weights, learningRate: 0.01, on: connection)
                let answers = try await trainer.run(try trainer.statement(shape, iterations: 3), iterations: 3)
                #expect(answers.count == 3)
                for answer in answers {
                    let expected = trace.states[answer.iteration]
                    #expect(relativeDifference(answer.weights, expected.weights) < 1e-9, "\(shape)")
                    #expect(relativeDifference(answer.state, expected.state) < 1e-9, "\(shape)")
                }
            }
        }
    }

    private func loss(_ trace: ReferenceTrace, _ rows: SampleRows) -> Double {
        let last = trace.states[trace.states.count - 1]
        return last.evaluate(
            [last.step.update.loss],
            features: rows.features,
            labels: rows.labels,
            rowWeights: rows.rowWeights
        )[0].values[0]
    }

    /// Weights and solver state together are 2,409 numbers.
    @Test func moreResultsThanColumns() async throws {
        let spec = NetworkSpec(
            layerSizes: [4, 100, 3],
            activations: [.relu],
            head: .softmaxCrossEntropy,
            l2: 1e-3,
            solver: .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
        )
        try await train(spec, rows: 150, parallelSafe: true)
    }

    /// 3,302 sums travel in one array, which PostgreSQL does not split among workers.
    @Test func moreSumsThanColumns() async throws {
        let spec = NetworkSpec(
            layerSizes: [30, 100, 2],
            activations: [.relu],
            head: .softmaxCrossEntropy,
            l2: 1e-3,
            solver: .sgd(momentum: 0, nesterov: false)
        )
        try await train(spec, rows: 100, parallelSafe: false)
    }

    /// The penalty is a sum over 4,800 weights, deeper than the server's stack goes if every sum stands in the one before.
    @Test func moreTermsThanTheStackHolds() async throws {
        let spec = NetworkSpec(
            layerSizes: [60, 80, 2],
            activations: [.relu],
            head: .softmaxCrossEntropy,
            l2: 1e-3,
            solver: .sgd(momentum: 0, nesterov: false)
        )
        try await train(spec, rows: 20, parallelSafe: false)
    }
}
