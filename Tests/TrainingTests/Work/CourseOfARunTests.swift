import Foundation
import JSONTree
import Lowering
import Networks
import Postgres
import Synchronization
import Testing

@testable import Training

/// What a run writes on its way, and how it ends.
@Suite struct CourseOfARunTests {
    private static func article(_ options: JSON) -> JSON {
        (["source": ["example": "article", "rows": 300]] as JSON).with(options)
    }

    /// Loss and accuracy of weights, from nothing but the definition of the network.
    private static func measure(_ weights: [Double], _ rows: NetworkRows, l2: Double) -> (
        loss: Double, accuracy: Double
    ) {
        var (loss, right) = (0.0, 0)
        for (row, label) in rows.labels.enumerated() {
            let x = rows.features[2 * row..<2 * row + 2].map(\.self)
            let hidden = (0..<2).map { max(0, x[0] * weights[$0] + x[1] * weights[2 + $0] + weights[4 + $0]) }
            let scores = (0..<2).map { hidden[0] * weights[6 + $0] + hidden[1] * weights[8 + $0] + weights[10 + $0] }
            let powers = scores.map(exp)
            loss -= log(powers[Int(label)] / (powers[0] + powers[1]))
            right += (scores[1] > scores[0] ? 1 : 0) == Int(label) ? 1 : 0
        }
        let squares = (weights[0..<4] + weights[6..<10]).reduce(0) { $0 + $1 * $1 }
        let count = Double(rows.labels.count)
        return (loss / count + l2 / 2 * squares, Double(right) / count)
    }

    /// Time is up at the end of an epoch, also where epochs end in the middle of statements.
    @Test(arguments: [["batch_size": "full"], ["batch_size": 7], ["batch_size": 7, "shape": "step"]] as [JSON])
    func aRunThatHasHadItsTime(_ options: JSON) async throws {
        try await Desk.shared { desk in
            let run = try await desk.train(
                Self.article(["max_iter": 1_000_000, "max_runtime_s": 1.5]).with(options)
            )
            #expect(run.state == .succeeded)
            #expect(run.stopReason == .maxRuntime)
            #expect(run.epoch < 1_000_000)
            #expect(try await desk.weights(run.id).keys.max() == run.epoch)
            #expect(try await desk.metrics(run.id).map(\.epoch).max() == run.epoch, "the last parameters are measured")
            let batch = try await desk.query("SELECT batch FROM pgradient.solver_state WHERE run_id = \(run.id)")
            #expect(try batch.decode(Int.self, "batch").allSatisfy { $0 == 0 })
        }
    }

    @Test func metricsBelongToTheEpochWhoseWeightsTheyMeasure() async throws {
        try await Desk.shared { desk in
            let run = try await desk.train(Self.article(["max_iter": 12]))
            let rows = try await NetworkRows.of(run, on: desk)
            let weights = try await desk.weights(run.id)
            let metrics = try await desk.metrics(run.id)
            #expect(metrics.map(\.epoch) == Array(0...12))
            for metric in metrics {
                let (loss, accuracy) = Self.measure(try #require(weights[metric.epoch]), rows, l2: 1e-3)
                #expect(abs(metric.loss - loss) < 1e-12)
                #expect(metric.accuracy == accuracy)
                #expect(metric.r2 == nil)
                #expect(metric.split == "train")
                // The last epoch began no iteration.
                #expect(metric.learningRate == (metric.epoch == 12 ? nil : 2))
                #expect((metric.durationMilliseconds ?? -1 > 0) == (metric.epoch < 12))
            }
            #expect(run.loss == metrics[12].loss)
            #expect(run.accuracy == metrics[12].accuracy)
            #expect(run.stopReason == .maxIter)
            #expect(run.etaSeconds == nil)
            #expect(try await !desk.snapshots().contains("run_\(run.id)"))
        }
    }

    @Test func oneEpoch() async throws {
        try await Desk.shared { desk in
            for shape in StatementShape.allCases {
                let run = try await desk.train(Self.article(["max_iter": 1, "shape": .string(shape.rawValue)]))
                #expect(run.state == .succeeded)
                #expect(try await desk.metrics(run.id).map(\.epoch) == [0, 1])
                #expect(try await desk.weights(run.id).keys.sorted() == [0, 1])
            }
        }
    }

    @Test func aWindowKeepsTheEndsOfItsBlocks() async throws {
        try await Desk.shared { desk in
            let options: JSON = ["max_iter": 11, "shape": "window", "block_size": 4]
            let run = try await desk.train(Self.article(options))
            #expect(try await desk.weights(run.id).keys.sorted() == [0, 4, 8, 11])
            #expect(try await desk.metrics(run.id).map(\.epoch) == [0, 4, 8, 11])
            let steps = try await desk.train(Self.article(["max_iter": 11]))
            let (blocks, every) = (try await desk.weights(run.id), try await desk.weights(steps.id))
            for (epoch, weights) in blocks {
                #expect(difference(weights, try #require(every[epoch])) < 1e-9, "epoch \(epoch)")
            }
            let missing = await #expect(throws: TrainingError.self) {
                try await desk.service.parameters(run.id, .number(5))
            }
            #expect(missing?.code == .epochNotFound)
            #expect(missing?.hint?.contains("keeps the ends of its blocks") == true)
        }
    }

    /// scikit-learn stops when the loss has not fallen by `tol` below the best one for more than `n_iter_no_change`
    /// epochs in a row.
    ///
    /// A statement of many iterations goes past that epoch, and is done again up to it.
    @Test(arguments: [(1e-3, 3), (1e-2, 1), (1e-6, 5)], ["step", "block", "recursive"])
    func tolStopsAsInScikitLearn(_ rule: (tol: Double, patience: Int), _ shape: String) async throws {
        let (tol, patience) = rule
        try await Desk.shared { desk in
            let options: JSON = [
                "max_iter": 150, "learning_rate_init": 0.5, "tol": .number(tol), "n_iter_no_change": .integer(patience),
                "shape": .string(shape),
            ]
            let run = try await desk.train(Self.article(options))
            let losses = try await desk.metrics(run.id).map(\.loss)
            var (best, count, stop) = (Double.infinity, 0, 150)
            for (epoch, loss) in losses.dropLast().enumerated() {
                count = loss > best - tol ? count + 1 : 0
                best = min(best, loss)
                if count > patience {
                    stop = epoch + 1
                    break
                }
            }
            #expect(run.epoch == stop)
            #expect(run.stopReason == (stop < 150 ? .tol : .maxIter))
            #expect(run.state == .succeeded)
            #expect(losses.count == stop + 1, "the closing metrics are there")
        }
    }

    /// A block tells one loss for all its epochs, and patience is counted in epochs.
    @Test func patienceInAWindowIsCountedInEpochs() async throws {
        try await Desk.shared { desk in
            let options: JSON = [
                "max_iter": 60, "shape": "window", "block_size": 4, "tol": 100, "n_iter_no_change": 6,
            ]
            let run = try await desk.train(Self.article(options))
            // No gain ever: epochs 0 to 7 pass for lack of patience, and the block from 8 on tells it.
            #expect(run.epoch == 12)
            #expect(run.stopReason == .tol)
        }
    }

    @Test func theStopRuleItself() {
        func epochs(_ losses: [Double], tol: Double, patience: Int) -> Int? {
            var rule = StopRule(tol: tol, patience: patience)
            for (epoch, loss) in losses.enumerated() where rule.shouldStop(loss: loss, epoch: epoch) { return epoch }
            return nil
        }
        #expect(epochs([5, 4, 3, 2, 1], tol: 0.5, patience: 1) == nil)
        #expect(epochs([5, 4, 4, 4, 4], tol: 0.5, patience: 1) == 3)
        #expect(epochs([5, 4.6, 4.2, 3.8, 3.4], tol: 0.5, patience: 1) == 2)
        #expect(epochs([1, 2, 3, 0, 1, 2, 3], tol: 0.1, patience: 2) == 6)
        #expect(epochs([1, 1, 1, 1], tol: 0, patience: 1) == nil)
    }

    @Test func aRateFarTooHighDiverges() async throws {
        try await Desk.shared { desk in
            var ends: Set<Int> = []
            for shape in StatementShape.allCases {
                let options: JSON = [
                    "learning_rate_init": 1e6, "max_iter": 200, "shape": .string(shape.rawValue), "label": "x1",
                ]
                let run = try await desk.train(Self.article(options))
                ends.insert(run.epoch)
                #expect(run.state == .diverged, "\(run.error?.compact ?? "")")
                #expect(run.stopReason == .diverged)
                #expect(run.error == nil)
                let weights = try await desk.weights(run.id)
                #expect(weights.keys.max() == run.epoch)
                #expect(run.epoch < 200)
                #expect(weights.values.allSatisfy { $0.allSatisfy { abs($0) < 1e100 } })
                #expect(try await desk.metrics(run.id).allSatisfy(\.loss.isFinite))
                #expect(try await !desk.snapshots().contains("run_\(run.id)"))
                // What is there can be used.
                _ = try await desk.service.predict(run.id, epoch: .number(0), rows: [["x2": 1, "y": 0]])
            }
            // However many iterations a statement does, all of those before the divergence are kept.
            #expect(ends.count == 1, "\(ends)")
        }
    }

    /// The weights of the only epoch are finite, and what they make of the rows is not.
    @Test func divergenceFoundByTheClosingMeasurement() async throws {
        try await Desk.shared { desk in
            let run = try await desk.train([
                "source": ["example": "article", "rows": 50], "label": "x1", "hidden_layer_sizes": [2, 2, 2],
                "activation": "identity", "max_iter": 1, "learning_rate_init": 1e6,
                "weights": .array(Array(repeating: 1e13, count: 21)),
            ])
            #expect(run.state == .diverged, "\(run.error?.compact ?? "")")
            #expect(run.error == nil)
            #expect(run.epoch == 1)
        }
    }

    /// Their product would underflow, which PostgreSQL calls an error; no learning needs them.
    @Test func vanishingWeightsAreZero() async throws {
        try await Desk.shared { desk in
            for given in [
                ["weights": .array(Array(repeating: 1e-200, count: 12))], ["init": "normal", "scale": 1e-200],
            ] as [JSON] {
                let run = try await desk.train(Self.article(given).with(["max_iter": 2]))
                #expect(run.state == .succeeded, "\(run.error?.compact ?? run.state.rawValue)")
            }
        }
    }

    @Test func theSeedDecidesTheFirstWeights() async throws {
        try await Desk.open { desk in
            try await desk.script("CREATE TABLE t AS SELECT i::float8 AS x, i % 2 AS y FROM generate_series(1, 9) AS i")
            func first(_ seed: Int) async throws -> [Double] {
                let run = try await desk.train([
                    "source": ["table": "t"], "label": "y", "seed": .integer(seed), "max_iter": 1,
                    "hidden_layer_sizes": [20],
                ])
                #expect(run.seed == seed)
                return try #require(try await desk.weights(run.id)[0])
            }
            let one = try await first(1)
            #expect(try await first(1) == one)
            #expect(try await first(2) != one)
            // Without one it is drawn, and kept with the run.
            let drawn = try await desk.train(["source": ["table": "t"], "label": "y", "max_iter": 1])
            #expect(drawn.spec["seed"]?.intValue == drawn.seed)
        }
    }

    @Test func progressIsToldAfterEveryCommit() async throws {
        try await Desk.shared { desk in
            let told = Told()
            let run = try await desk.train(Self.article(["max_iter": 5, "shape": "step"])) { progress in
                told.progress.withLock { $0.append(progress) }
            }
            let all = told.progress.withLock { $0 }
            #expect(all.map(\.epoch) == [1, 2, 3, 4, 5])
            let metrics = try await desk.metrics(run.id)
            #expect(all.map(\.loss) == metrics.prefix(5).map(\.loss))
            #expect(all.map(\.metric) == metrics.prefix(5).map(\.accuracy))
        }
    }

    private final class Told: Sendable {
        let progress = Mutex<[RunExecutor.Progress]>([])
    }
}
