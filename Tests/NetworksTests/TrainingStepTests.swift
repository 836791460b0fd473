import Autodiff
import Samples
import Testing

@testable import Networks

@Suite struct TrainingStepTests {
    /// The gradient that the solver gets, against central differences of the loss that is reported.
    @Test(arguments: 0..<NetworkSample.count)
    func theGradientIsThatOfTheWholeLoss(number: Int) throws {
        let sample = NetworkSample(number)
        let step = try TrainingStep(sample.spec)
        let rows = SampleRows(for: sample.spec, count: 7, seed: UInt64(number))
        let gradient = meanGradient(step, sample, rows)

        func loss(_ weights: [Double]) -> Double {
            ReferenceTraining(step: step, weights: weights)
                .evaluate(
                    [step.update.loss],
                    features: rows.features,
                    labels: rows.labels,
                    rowWeights: rows.rowWeights
                )[0].values[0]
        }
        var kinks = 0
        for index in sample.weights.indices {
            let size = 1e-5
            let slopes = [-1.0, 0, 1].map { side in
                var weights = sample.weights
                weights[index] += side * size
                return loss(weights)
            }
            let (left, right) = ((slopes[1] - slopes[0]) / size, (slopes[2] - slopes[1]) / size)
            guard abs(left - right) < 1e-3 * max(1, abs(left)) else {
                kinks += 1
                continue
            }
            let difference = relativeDifference(gradient[index], (left + right) / 2)
            #expect(difference < 1e-6, "\(sample), \(step.layout.names[index]): \(gradient[index])")
        }
        #expect(kinks <= sample.weights.count / 5, "\(sample): \(kinks) kinks")
    }

    /// (Σ over rows)/Σ weights + l2·W + l1·sign W, from the parts that the step names.
    private func meanGradient(_ step: TrainingStep, _ sample: NetworkSample, _ rows: SampleRows) -> [Double] {
        let sums = ReferenceTraining(step: step, weights: sample.weights)
            .evaluate(step.sums.gradients, features: rows.features, labels: rows.labels, rowWeights: rows.rowWeights)
        let weight = rows.rowWeights?.reduce(0, +) ?? Double(rows.count)
        return zip(step.layout.blocks, sums).flatMap { block, sum in
            sum.values.enumerated().map { index, value in
                let mean = value / weight
                guard block.kind == .weight else { return mean }
                let weight = sample.weights[block.offset + index]
                let l2 = sample.spec.solver.decaysWeights ? 0 : sample.spec.l2
                return mean + l2 * weight + sample.spec.l1 * (weight < 0 ? -1 : 1)
            }
        }
    }

    @Test(arguments: Head.allCases)
    func measuresAreMeansOverTheRows(head: Head) throws {
        let outputs = head.outputs(classes: 3)
        let spec = NetworkSpec(
            layerSizes: [1, outputs],
            activations: [],
            head: head,
            l2: 0.5,
            solver: .sgd(momentum: 0, nesterov: false)
        )
        let step = try TrainingStep(spec)
        let reference = ReferenceTraining(step: step, weights: outputs == 1 ? [2, 1] : [1, 0, -1, 0, 0.5, 0])
        let nodes = [step.update.loss, step.update.metric, step.perRow.prediction]
        let values = reference.evaluate(nodes, features: [1, -1], labels: head == .logistic ? [0, 1] : [1, 2]).map(
            \.values
        )
        switch head {
        case .squaredError:
            // Predictions 3 and −1; errors 2 and −3; penalty 0.5/2·2².
            #expect(values[2] == [3, -1])
            #expect(values[1] == [6.5])
            #expect(values[0] == [6.5 / 2 + 1])
        case .absoluteError:
            #expect(values[2] == [3, -1])
            #expect(values[1] == [6.5])
            #expect(values[0] == [2.5 + 1])
        case .huber:
            // Both errors are beyond 1: their magnitudes, less ½.
            #expect(values[0] == [2 + 1])
            #expect(values[1] == [6.5])
        case .logistic:
            // Logits 3 and −1: both rows are on the wrong side, with −ln(1 − σ(3)) and −ln σ(−1).
            #expect(values[1] == [0])
            #expect(relativeDifference(values[2][1], 0.9525741268224334) < 1e-15)
            #expect(relativeDifference(values[2][0] + values[2][1], 1) < 1e-15)
            #expect(relativeDifference(values[0][0], (3.048587351573742 + 1.3132616875182228) / 2 + 1) < 1e-15)
        case .softmaxCrossEntropy:
            // Scores (1, 0.5, −1) and (−1, 0.5, 1): the first row's class 1 is not the largest, the second's 2 is.
            #expect(values[1] == [0.5])
            let total = 2.718281828459045 + 1.6487212707001282 + 0.36787944117144233
            #expect(relativeDifference(values[2][0], 2.718281828459045 / total) < 1e-15)
            #expect(relativeDifference(values[2].reduce(0, +), 2) < 1e-15)
            // −ln of both rows: (ln total − 0.5) and (ln total − 1); penalty 0.5/2·2.
            let logTotal = 1.5549569196419908
            #expect(abs(values[0][0] - ((2 * logTotal - 1.5) / 2 + 0.25 * 2)) < 1e-9)
        }
    }

    /// Ten to the −200 through all layers together, but never so large that it would be seen.
    @Test func theThresholdOfWeightsFollowsTheDepth() {
        let thresholds = [1, 2, 4, 5, 10, 100].map { TrainingStep.weightThreshold(layers: $0) }
        for (threshold, expected) in zip(thresholds, [1e-100, 1e-100, 1e-50, 1e-40, 1e-20, 1e-20]) {
            #expect(abs(threshold / expected - 1) < 1e-12)
        }
    }

    @Test func theNamesAreThoseOfTheValuesPeopleKnow() throws {
        let step = try TrainingStep(NetworkSample(1).spec)
        let names = Set(step.names.values)
        #expect(names.isSuperset(of: ["h1", "score", "delta1", "delta2", "row_loss", "sum_loss", "sum_metric", "n"]))
        #expect(names.isSuperset(of: ["d_w1", "d_b1", "d_w2", "d_b2", "g_w1", "g_b2", "new_w1", "new_b2"]))
        #expect(names.count == step.names.count, "a name stands for one value")
    }
}
