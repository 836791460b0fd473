import Autodiff

/// Training in plain Swift by the interpreter: what every statement shape is compared with.
public struct ReferenceTraining: Sendable {
    /// The step that is repeated.
    public let step: TrainingStep
    /// All parameters, in the documented order.
    public private(set) var weights: [Double]
    /// The solver's state, in the order of its slots.
    public private(set) var state: [Double]
    /// How many iterations were done.
    public private(set) var iteration = 0

    /// Begins with the given weights and, unless it goes on from somewhere, a solver state of zeros.
    public init(step: TrainingStep, weights: [Double], state: [Double]? = nil, iteration: Int = 0) {
        self.step = step
        self.weights = weights
        self.state = state ?? [Double](repeating: 0, count: step.stateCount)
        self.iteration = iteration
    }

    /// One full-batch iteration.
    /// - Parameters:
    ///   - features: row-major, one row after the other.
    ///   - labels: class indexes or values, one per row.
    ///   - rowWeights: one per row, if the network has them.
    /// - Returns: loss and metric of the weights the iteration started from.
    public mutating func iterate(
        features: [Double],
        labels: [Double],
        rowWeights: [Double]? = nil,
        learningRate: Double
    ) -> (loss: Double, metric: Double) {
        iteration += 1
        let update = step.update
        let results = evaluate(
            [update.loss, update.metric] + update.parameters + update.state,
            features: features,
            labels: labels,
            rowWeights: rowWeights,
            learningRate: learningRate
        )
        let blocks = step.inputs.parameters.count
        weights = results[2..<2 + blocks].flatMap(\.values)
        state = results[(2 + blocks)...].flatMap(\.values)
        return (results[0].values[0], results[1].values[0])
    }

    /// Computes any nodes of the step with the weights as they are.
    public func evaluate(
        _ nodes: [NodeID],
        features: [Double],
        labels: [Double],
        rowWeights: [Double]? = nil,
        learningRate: Double = 0
    ) -> [Tensor] {
        let values = inputs(
            features: features,
            labels: labels,
            rowWeights: rowWeights,
            learningRate: learningRate
        )
        return Interpreter(step.graph, rows: labels.count).evaluate(nodes) { slot in
            guard let value = values[slot] else { preconditionFailure("the step has no input \(slot.name)") }
            return value
        }
    }

    /// The values of the step's inputs, for any graph that has them.
    public func inputs(
        features: [Double],
        labels: [Double],
        rowWeights: [Double]? = nil,
        learningRate: Double
    ) -> [Slot: Tensor] {
        var values: [Slot: Tensor] = [
            step.inputs.features: .rows(step.inputs.features.shape, features),
            step.inputs.label: .rows(.scalar, labels),
            step.inputs.learningRate: .global(.scalar, [learningRate]),
            step.inputs.iteration: .global(.scalar, [Double(iteration)]),
        ]
        if let slot = step.inputs.rowWeight, let rowWeights { values[slot] = .rows(.scalar, rowWeights) }
        Self.fill(&values, step.inputs.parameters, from: weights)
        Self.fill(&values, step.inputs.state, from: state)
        return values
    }

    private static func fill(_ values: inout [Slot: Tensor], _ slots: [Slot], from flat: [Double]) {
        var offset = 0
        for slot in slots {
            values[slot] = .global(slot.shape, Array(flat[offset..<offset + slot.shape.count]))
            offset += slot.shape.count
        }
    }
}
