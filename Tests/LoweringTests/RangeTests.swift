import Conformance
import Lowering
import Postgres
import Samples
import Testing

@testable import Networks

/// PostgreSQL raises an error where IEEE arithmetic gives infinity or 0. Statements must not come upon one.
@Suite struct RangeTests {
    /// Every activation with every head, and each of both with every depth.
    private static let shapes = Activation.allCases.enumerated().flatMap { row, activation in
        Head.allCases.enumerated().map { column, head in (activation, head, 1 + (row + column) % 3) }
    }

    private func spec(_ activation: Activation, _ head: Head, hidden: Int, solver: Solver) -> NetworkSpec {
        NetworkSpec(
            layerSizes: [2] + [Int](repeating: 2, count: hidden) + [head.outputs(classes: 3)],
            activations: [Activation](repeating: activation, count: hidden),
            head: head,
            l2: 1e-3,
            solver: solver
        )
    }

    private func rows(_ spec: NetworkSpec, _ values: [Double]) -> SampleRows {
        SampleRows(
            features: (0..<60).map { values[($0 * 7 + $0 / 5) % values.count] },
            labels: (0..<30).map { spec.head.isClassification ? Double($0 % (spec.head == .logistic ? 2 : 3)) : 0 },
            width: 2
        )
    }

    /// Runs iterations in every shape and compares with the interpreter.
    private func train(
        _ spec: NetworkSpec,
        _ rows: SampleRows,
        weights: (Int) -> Double,
        rate: Double,
        iterations: Int
    ) async throws {
        let step = try TrainingStep(spec)
        let start = (0..<step.layout.count).map(weights)
        let trace = ReferenceTrace(step, weights: start, rows: rows, learningRate: rate, iterations: iterations)
        try await withDatabase { connection in
            try await connection.load(rows)
            for shape in StatementShape.allCases {
                var trainer = Trainer(step, weights: start, learningRate: rate, on: connection)
                let statement = try trainer.statement(shape, iterations: 1)
                for _ in 0..<iterations { _ = try await trainer.run(statement) }
                let expected = trace.states[iterations]
                #expect(relativeDifference(trainer.weights, expected.weights) < 1e-9, "\(spec), \(shape)")
                #expect(trainer.weights.allSatisfy { $0.isFinite }, "\(spec), \(shape)")
                _ = try await trainer.evaluate()
                _ = try await trainer.predict()
            }
        }
    }

    @Test(arguments: shapes)
    func extremeScoresRaiseNoError(_ activation: Activation, _ head: Head, _ hidden: Int) async throws {
        let spec = spec(activation, head, hidden: hidden, solver: .sgd(momentum: 0.9, nesterov: true))
        let rows = rows(spec, [1e3, -1e3, 0, 1, -1e3, 1e3, 1e-3])
        // Errors of a regression have no bound, and a step as large as they are would diverge, as it should.
        let rate = head.isClassification ? 1e-3 : 1e-30
        try await train(spec, rows, weights: { [50, -50, 50, 50, -50][$0 % 5] }, rate: rate, iterations: 2)
    }

    /// What decays for ever reaches the threshold where it becomes 0; products of many such weights stay in range.
    @Test(arguments: shapes)
    func fadedWeightsRaiseNoError(_ activation: Activation, _ head: Head, _ hidden: Int) async throws {
        for solver in [Solver.sgd(momentum: 0, nesterov: false), .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)] {
            let spec = spec(activation, head, hidden: hidden, solver: solver)
            // The smallest weights that an iteration leaves.
            let smallest = TrainingStep.weightThreshold(layers: hidden + 1)
            let rows = rows(spec, [1, -1, 0, 0.5, -0.25, 1e-3, 2])
            try await train(spec, rows, weights: { $0 % 2 == 0 ? smallest : -smallest }, rate: 0.1, iterations: 2)
        }
    }

    /// A regression whose errors die away: their squares must not.
    @Test func vanishingErrorsRaiseNoError() async throws {
        let spec = NetworkSpec(
            layerSizes: [2, 1],
            activations: [],
            head: .squaredError,
            solver: .sgd(momentum: 0.5, nesterov: false)
        )
        let rows = SampleRows(features: [1e-90, 1e-80, 1e-100, 1e-70], labels: [0, 0], width: 2)
        try await train(spec, rows, weights: { [1e-99, -1e-99, 0][$0] }, rate: 0.1, iterations: 3)
    }
}
