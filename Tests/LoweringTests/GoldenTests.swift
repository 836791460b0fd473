import Conformance
import Foundation
import Lowering
import Networks
import Postgres
import SQLText
import Samples
import Testing

/// The statements exactly as they are sent. `UPDATE_GOLDENS=1 swift test --filter GoldenTests` writes the files anew.
@Suite struct GoldenTests {
    enum Golden: String, CaseIterable {
        case articleStep = "article-step"
        case articleWindow = "article-window-2"
        case articleBlock = "article-block-2"
        case articleRecursive = "article-recursive"
        case articleBatchedStep = "article-batched-step"
        case articleBatchedRecursive = "article-batched-recursive"
        case articleEvaluation = "article-evaluation"
        case articlePrediction = "article-prediction"
        case regressionStep = "regression-adam-step"

        var spec: NetworkSpec {
            switch self {
            case .regressionStep:
                NetworkSpec(
                    layerSizes: [2, 1, 1],
                    activations: [.tanh],
                    head: .squaredError,
                    solver: .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
                )
            default:
                NetworkSpec(
                    layerSizes: [2, 2, 2],
                    activations: [.relu],
                    head: .softmaxCrossEntropy,
                    l2: 1e-3,
                    solver: .sgd(momentum: 0, nesterov: false)
                )
            }
        }

        var weights: [Double] {
            switch self {
            case .regressionStep: [0.3, -0.2, 0.1, 0.5, 0]
            default:
                [
                    -0.00569693, 0.00186517, 0.00414431, 0.0105101, 0, 0,
                    -0.01312284, -0.01269512, 0.00379152, -0.01218354, 0, 0,
                ]
            }
        }

        func statement(_ lowering: Lowering) throws -> LoweredStatement {
            let source = RowSource(table: exampleTable, batches: batches)
            return switch self {
            case .articleStep, .regressionStep, .articleBatchedStep: try lowering.step(source)
            case .articleBlock: try lowering.block(source, iterations: 2)
            case .articleRecursive, .articleBatchedRecursive: try lowering.recursive(source)
            case .articleWindow: try lowering.window(source, iterations: 2)
            case .articleEvaluation: try lowering.evaluation(source)
            case .articlePrediction: try lowering.prediction(source)
            }
        }

        /// Iterations per epoch, of 125 rows each where there are more.
        var batches: Int {
            switch self {
            case .articleBatchedStep, .articleBatchedRecursive: 4
            default: 1
            }
        }

        var path: String {
            URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens/\(rawValue).sql").path()
        }
    }

    private static var updates: Bool { ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" }

    /// The text, and what each placeholder stands for.
    private static func file(_ statement: LoweredStatement) -> String {
        let rendered = statement.sql.render()
        let footer = rendered.slots.enumerated().map { index, slot in
            let meaning =
                switch slot {
                case .hole(let hole): hole.name
                case .value(let value): "= \(SQL.constant(value))"
                }
            return "-- $\(index + 1) \(slot.type.rawValue) \(meaning)\n"
        }
        return rendered.text + "\n\n" + footer.joined()
    }

    @Test(arguments: Golden.allCases)
    func theStatementIsTheOneInTheFile(_ golden: Golden) throws {
        let text = Self.file(try golden.statement(Lowering(try TrainingStep(golden.spec))))
        if Self.updates { try text.write(toFile: golden.path, atomically: true, encoding: .utf8) }
        let expected = try String(contentsOfFile: golden.path, encoding: .utf8)
        #expect(
            text == expected,
            "\(golden.path): if the change is meant, run with UPDATE_GOLDENS=1 and look at the diff"
        )
    }

    @Test(arguments: Golden.allCases)
    func andItsRowsAreTheInterpreters(_ golden: Golden) async throws {
        let step = try TrainingStep(golden.spec)
        let rows =
            golden == .regressionStep
            ? SampleRows(for: golden.spec, count: 500, seed: 3) : SampleRows(articleRows: 500, seed: 3)
        let trace = ReferenceTrace(step, weights: golden.weights, rows: rows, learningRate: 2, iterations: 2)
        try await withDatabase { connection in
            try await connection.load(rows, batchSize: golden.batches > 1 ? 125 : nil)
            var trainer = Trainer(
                step,
                weights: golden.weights,
                learningRate: 2,
                batches: golden.batches,
                on: connection
            )
            let statement = try golden.statement(trainer.lowering)
            switch golden {
            case .articleBatchedStep, .articleBatchedRecursive:
                let epoch = try await trainer.run(statement, iterations: 4)
                var reference = BatchedReference(step, weights: golden.weights, rows: rows, batchSize: 125)
                let expected = reference.iterate(learningRate: 2)
                if statement.iterations == 1 { for _ in 1..<4 { try await trainer.run(statement) } }
                for _ in 1..<4 { _ = reference.iterate(learningRate: 2) }
                #expect(relativeDifference(trainer.weights, reference.training.weights) < 1e-12)
                #expect(trainer.batch == 0)
                if statement.iterations == 1 {
                    #expect(relativeDifference(epoch[0].measures.loss, expected.loss) < 1e-12)
                    #expect(epoch[0].batch == 1)
                }
            case .articleStep, .articleWindow, .articleBlock, .articleRecursive, .regressionStep:
                let answers = try await trainer.run(statement, iterations: 2)
                let measures = answers[0].measures
                let expected = trace.states[trainer.iteration]
                #expect(trainer.iteration == statement.iterations ?? 2)
                #expect(relativeDifference(trainer.weights, expected.weights) < 1e-12)
                #expect(relativeDifference(trainer.state, expected.state) < 1e-12)
                #expect(relativeDifference(measures.loss, trace.measures[0].loss) < 1e-12)
                #expect(relativeDifference(measures.metric, trace.measures[0].metric) < 1e-12)
                #expect(measures.rows == 500)
            case .articleEvaluation:
                let measures = try await trainer.evaluate()
                #expect(relativeDifference(measures.loss, trace.measures[0].loss) < 1e-12)
                #expect(relativeDifference(measures.metric, trace.measures[0].metric) < 1e-12)
            case .articlePrediction:
                let (predictions, classes) = try await trainer.predict()
                let nodes = [step.perRow.prediction] + (step.perRow.predictedClass.map { [$0] } ?? [])
                let expected = trace.states[0].evaluate(
                    nodes,
                    features: rows.features,
                    labels: rows.labels,
                    rowWeights: rows.rowWeights
                )
                #expect(relativeDifference(predictions, expected[0].values) < 1e-12)
                #expect(classes == expected[1].values)
            }
        }
    }
}
