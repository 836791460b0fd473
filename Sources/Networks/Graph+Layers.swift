import Autodiff

extension Graph {
    /// The sums and outputs of every layer. The last layer has no activation; its outputs are the scores.
    mutating func forward(
        _ features: NodeID,
        parameters: [NodeID],
        activations: [Activation]
    ) -> [(sums: NodeID, outputs: NodeID)] {
        var value = features
        return (0..<parameters.count / 2).map { layer in
            let sums = add(matmul(value, parameters[2 * layer]), parameters[2 * layer + 1])
            value = layer < activations.count ? activate(activations[layer], sums) : sums
            return (sums, value)
        }
    }

    private mutating func activate(_ activation: Activation, _ x: NodeID) -> NodeID {
        switch activation {
        case .relu: maximum(x, constant(0))
        case .tanh: tanh(x)
        case .logistic: logistic(x)
        case .identity: x
        }
    }

    /// Loss, metric and prediction of a row, and names for what is on the way.
    mutating func rowLoss(
        _ head: Head,
        scores: NodeID,
        label: NodeID
    ) -> (perRow: TrainingStep.PerRow, names: [NodeID: String]) {
        switch head {
        case .softmaxCrossEntropy:
            // Shifted by the largest score, so that no exponent is positive; the shift cancels out of the gradient.
            let largest = maximumUnits(scores)
            let shifted = subtract(scores, detach(largest))
            let powers = exp(shifted)
            let total = sumUnits(powers)
            let loss = subtract(log(total), pick(shifted, at: label))
            let predicted = argmaxUnits(scores)
            let correct = select(predicted, equals: label, constant(1), else: constant(0))
            let perRow = TrainingStep.PerRow(
                loss: loss,
                metric: correct,
                prediction: divide(powers, total),
                predictedClass: predicted
            )
            return (perRow, [largest: "largest", shifted: "shifted", powers: "power", total: "total"])
        case .squaredError:
            let difference = subtract(sumUnits(scores), label)
            let error = flush(difference, below: TrainingStep.errorThreshold)
            let squared = multiply(error, error)
            let perRow = TrainingStep.PerRow(
                loss: multiply(constant(0.5), squared),
                metric: squared,
                prediction: scores,
                predictedClass: nil
            )
            return (perRow, [difference: "difference", error: "error"])
        }
    }

    /// l2/2 · ΣW² over all weights, biases excluded.
    mutating func penalty(l2: Double, layout: ParameterLayout, parameters: [NodeID]) -> NodeID {
        guard l2 > 0 else { return constant(0) }
        var sum = constant(0)
        for (block, parameter) in zip(layout.blocks, parameters) where block.kind == .weight {
            sum = add(sum, sumUnits(multiply(parameter, parameter)))
        }
        return multiply(constant(l2 / 2), sum)
    }
}
