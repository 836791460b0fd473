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
    mutating func head(_ spec: NetworkSpec, on last: Layer, label: NodeID) -> HeadGraph {
        switch spec.head {
        case .softmaxCrossEntropy where shape(last.outputs) == .vector(2): twoScores(last, label, spec.labelSmoothing)
        case .softmaxCrossEntropy: manyScores(last.outputs, label, spec.labelSmoothing)
        case .logistic: oneLogit(last.outputs, label, spec.labelSmoothing)
        case .squaredError, .absoluteError, .huber: regression(spec.head, last.outputs, label)
        }
    }

    private mutating func manyScores(_ scores: NodeID, _ label: NodeID, _ smoothing: Double) -> HeadGraph {
        guard case .vector(let classes) = shape(scores) else { preconditionFailure("there is one score per class") }
        let softmax = softmax(scores)
        let labelled = pick(softmax.shifted, at: label)
        // Of the probability that the label claims, each class gets its share of what is smoothed away.
        let claimed = smoothed(labelled, toward: sumUnits(softmax.shifted), smoothing, share: 1 / Double(classes))
        let predicted = argmaxUnits(scores)
        let perRow = TrainingStep.PerRow(
            loss: subtract(log(softmax.total), claimed),
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
    private mutating func twoScores(_ last: Layer, _ label: NodeID, _ smoothing: Double) -> HeadGraph {
        let difference = subtract(oneHot(constant(1), count: 2), oneHot(constant(0), count: 2))
        let weights = matmul(difference, transpose(last.weights))
        let bias = sumUnits(multiply(difference, last.biases))
        let logit = add(sumUnits(multiply(last.inputs, weights)), bias)
        let softmax = softmax(last.outputs)
        let binary = binary(logit, label, smoothing, prediction: divide(softmax.powers, softmax.total))
        let names = softmax.names.merging([weights: "logit_w", bias: "logit_b"]) { _, new in new }
        return HeadGraph(perRow: binary.perRow, output: logit, names: names.merging(binary.names) { _, new in new })
    }

    private mutating func oneLogit(_ scores: NodeID, _ label: NodeID, _ smoothing: Double) -> HeadGraph {
        let logit = sumUnits(scores)
        let (first, second) = (oneHot(constant(0), count: 2), oneHot(constant(1), count: 2))
        let prediction = add(multiply(first, logistic(negate(logit))), multiply(second, logistic(logit)))
        return binary(logit, label, smoothing, prediction: prediction)
    }

    private mutating func binary(
        _ logit: NodeID,
        _ label: NodeID,
        _ smoothing: Double,
        prediction: NodeID
    ) -> HeadGraph {
        let claimed = smoothed(label, toward: constant(1), smoothing, share: 0.5)
        let predicted = select(constant(0), lessThan: logit, constant(1), else: constant(0))
        let perRow = TrainingStep.PerRow(
            loss: subtract(softplus(logit), multiply(claimed, logit)),
            metric: select(predicted, equals: label, constant(1), else: constant(0)),
            prediction: prediction,
            predictedClass: predicted
        )
        let (power, total) = softplusParts(logit)
        return HeadGraph(
            perRow: perRow,
            output: logit,
            names: [logit: "logit", power: "power", total: "denominator"]
        )
    }

    private mutating func regression(_ head: Head, _ scores: NodeID, _ label: NodeID) -> HeadGraph {
        let difference = subtract(sumUnits(scores), label)
        let error = flush(difference, below: TrainingStep.errorThreshold)
        let squared = multiply(error, error)
        let half = constant(0.5)
        let zero = constant(0)
        let magnitude = abs(error)
        let loss =
            switch head {
            // Where a row is met exactly it pulls nowhere.
            case .absoluteError: select(error, equals: zero, zero, else: magnitude)
            case .huber:
                select(magnitude, lessThan: constant(1), multiply(half, squared), else: subtract(magnitude, half))
            case .squaredError, .softmaxCrossEntropy, .logistic: multiply(half, squared)
            }
        let perRow = TrainingStep.PerRow(loss: loss, metric: squared, prediction: scores, predictedClass: nil)
        return HeadGraph(perRow: perRow, output: scores, names: [difference: "difference", error: "error"])
    }

    /// (1 − smoothing)·value + smoothing·share·other
    private mutating func smoothed(
        _ value: NodeID,
        toward other: NodeID,
        _ smoothing: Double,
        share: Double
    ) -> NodeID {
        guard smoothing > 0 else { return value }
        return add(multiply(constant(1 - smoothing), value), multiply(constant(smoothing * share), other))
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
