import Autodiff

/// What a head makes of the last layer.
struct HeadGraph {
    let perRow: TrainingStep.PerRow
    /// What the derivatives of the loss start from: the scores, or what stands for them.
    let output: NodeID
    /// Names for what is on the way.
    let names: [NodeID: String]
}

/// Loss, metric and prediction of a row.
extension Graph {
    mutating func head(_ head: Head, on last: Layer, label: NodeID) -> HeadGraph {
        switch head {
        case .softmaxCrossEntropy where shape(last.outputs) == .vector(2): twoClasses(last, label: label)
        case .softmaxCrossEntropy: softmaxCrossEntropy(scores: last.outputs, label: label)
        case .squaredError: squaredError(scores: last.outputs, label: label)
        }
    }

    private mutating func softmaxCrossEntropy(scores: NodeID, label: NodeID) -> HeadGraph {
        let softmax = softmax(scores)
        let predicted = argmaxUnits(scores)
        let perRow = TrainingStep.PerRow(
            loss: subtract(log(softmax.total), pick(softmax.shifted, at: label)),
            metric: select(predicted, equals: label, constant(1), else: constant(0)),
            prediction: divide(softmax.powers, softmax.total),
            predictedClass: predicted
        )
        return HeadGraph(perRow: perRow, output: scores, names: softmax.names)
    }

    /// The same loss where there are two classes: only the difference of their scores matters, the logit of class 1.
    ///
    /// One `exp` instead of two, and half the sums over the rows: by every weight of class 0 the derivative is that by
    /// the weight of class 1, with the other sign.
    private mutating func twoClasses(_ last: Layer, label: NodeID) -> HeadGraph {
        let difference = subtract(oneHot(constant(1), count: 2), oneHot(constant(0), count: 2))
        let weights = matmul(difference, transpose(last.weights))
        let bias = sumUnits(multiply(difference, last.biases))
        let logit = add(sumUnits(multiply(last.inputs, weights)), bias)
        let predicted = select(constant(0), lessThan: logit, constant(1), else: constant(0))
        let softmax = softmax(last.outputs)
        let perRow = TrainingStep.PerRow(
            loss: subtract(softplus(logit), multiply(label, logit)),
            metric: select(predicted, equals: label, constant(1), else: constant(0)),
            prediction: divide(softmax.powers, softmax.total),
            predictedClass: predicted
        )
        let (power, total) = softplusParts(logit)
        let names = [
            weights: "logit_w", bias: "logit_b", logit: "logit", power: "power", total: "denominator",
        ]
        return HeadGraph(perRow: perRow, output: logit, names: softmax.names.merging(names) { _, new in new })
    }

    private mutating func squaredError(scores: NodeID, label: NodeID) -> HeadGraph {
        let difference = subtract(sumUnits(scores), label)
        let error = flush(difference, below: TrainingStep.errorThreshold)
        let squared = multiply(error, error)
        let perRow = TrainingStep.PerRow(
            loss: multiply(constant(0.5), squared),
            metric: squared,
            prediction: scores,
            predictedClass: nil
        )
        return HeadGraph(perRow: perRow, output: scores, names: [difference: "difference", error: "error"])
    }

    /// Softmax before it is divided. Shifted by the largest score, so that no exponent is positive; the shift cancels
    /// out of the gradient.
    private mutating func softmax(
        _ scores: NodeID
    ) -> (shifted: NodeID, powers: NodeID, total: NodeID, names: [NodeID: String]) {
        let largest = maximumUnits(scores)
        let shifted = subtract(scores, detach(largest))
        let powers = exp(shifted)
        let total = sumUnits(powers)
        return (shifted, powers, total, [largest: "largest", shifted: "shifted", powers: "power", total: "total"])
    }
}
