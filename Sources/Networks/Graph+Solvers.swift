import Autodiff
import RealModule

/// What a solver adds to the graph.
struct SolverStep {
    /// The new parameters.
    var parameters: [NodeID] = []
    /// The state that the next step needs, kind by kind, each with a slot per parameter block.
    var slots: [Slot] = []
    /// The new state, slot by slot.
    var state: [NodeID] = []
    /// Names for what is computed on the way.
    var names: [NodeID: String] = [:]

    /// A value is known by its name before what is too small of it becomes 0; that is an afterthought to people.
    mutating func name(_ unflushed: NodeID, flushed: NodeID, _ name: String) {
        names[unflushed] = name
        names[flushed] = "flushed_\(name)"
    }
}

/// What a solver starts from, block by block.
struct SolverInputs {
    let parameters: [NodeID]
    let slots: [Slot]
    /// Of the mean loss, with what regularisation adds.
    let gradients: [NodeID]
    let rate: NodeID
    /// The number of the step, from 1.
    let iteration: NodeID
}

extension Graph {
    /// New parameters and new solver state from gradients.
    mutating func step(_ solver: Solver, _ inputs: SolverInputs, weightDecay: Double) -> SolverStep {
        var result =
            switch solver {
            case .sgd(momentum: 0, _): plainStep(inputs)
            case .sgd(let momentum, let nesterov): momentumStep(inputs, momentum, nesterov: nesterov)
            case .rmsprop(let rho, let epsilon): rootStep(inputs, rho: rho, epsilon)
            case .adagrad(let epsilon): rootStep(inputs, rho: nil, epsilon)
            case .adam(let beta1, let beta2, let epsilon), .adamw(let beta1, let beta2, let epsilon):
                adamStep(inputs, beta1, beta2, epsilon)
            }
        if solver.decaysWeights, weightDecay > 0 {
            for (index, slot) in inputs.slots.enumerated() {
                guard case .matrix = slot.shape else { continue }
                let decay = multiply(constant(weightDecay), inputs.parameters[index])
                result.parameters[index] = subtract(result.parameters[index], multiply(inputs.rate, decay))
            }
        }
        // A weight that decays for ever must not reach the numbers whose products underflow.
        let threshold = TrainingStep.weightThreshold(layers: inputs.slots.count / 2)
        for (index, unflushed) in result.parameters.enumerated() {
            result.parameters[index] = flush(unflushed, below: threshold)
            result.name(unflushed, flushed: result.parameters[index], "new_\(inputs.slots[index].name)")
        }
        return result
    }

    private mutating func plainStep(_ inputs: SolverInputs) -> SolverStep {
        var result = SolverStep()
        result.parameters = zip(inputs.parameters, inputs.gradients).map { subtract($0, multiply(inputs.rate, $1)) }
        return result
    }

    private mutating func momentumStep(_ inputs: SolverInputs, _ momentum: Double, nesterov: Bool) -> SolverStep {
        var result = SolverStep()
        result.slots = stateSlots("velocity", inputs)
        for (index, gradient) in inputs.gradients.enumerated() {
            let decay = constant(momentum)
            let descent = multiply(inputs.rate, gradient)
            let velocity = keep(subtract(multiply(decay, input(result.slots[index])), descent), index, in: &result)
            let move = nesterov ? subtract(multiply(decay, velocity), descent) : velocity
            result.parameters.append(add(inputs.parameters[index], move))
        }
        return result
    }

    /// RMSProp, or AdaGrad where squares are not forgotten.
    private mutating func rootStep(_ inputs: SolverInputs, rho: Double?, _ epsilon: Double) -> SolverStep {
        var result = SolverStep()
        result.slots = stateSlots("square", inputs)
        for (index, gradient) in inputs.gradients.enumerated() {
            let (old, new) = (input(result.slots[index]), multiply(gradient, gradient))
            let square = keep(rho.map { average($0, old, new) } ?? add(old, new), index, in: &result)
            let move = divide(gradient, add(sqrt(square), constant(epsilon)))
            result.parameters.append(subtract(inputs.parameters[index], multiply(inputs.rate, move)))
        }
        return result
    }

    private mutating func adamStep(
        _ inputs: SolverInputs,
        _ beta1: Double,
        _ beta2: Double,
        _ epsilon: Double
    ) -> SolverStep {
        var result = SolverStep()
        let (means, squares) = (stateSlots("mean", inputs), stateSlots("square", inputs))
        result.slots = means + squares
        let correction1 = subtract(constant(1), power(beta1, inputs.iteration))
        let correction2 = subtract(constant(1), power(beta2, inputs.iteration))
        result.names[correction1] = "correction1"
        result.names[correction2] = "correction2"
        let newMeans = inputs.gradients.enumerated().map { index, gradient in
            keep(average(beta1, input(means[index]), gradient), index, in: &result)
        }
        let newSquares = inputs.gradients.enumerated().map { index, gradient in
            let square = average(beta2, input(squares[index]), multiply(gradient, gradient))
            return keep(square, means.count + index, in: &result)
        }
        for (index, parameter) in inputs.parameters.enumerated() {
            let root = add(sqrt(divide(newSquares[index], correction2)), constant(epsilon))
            let move = divide(divide(newMeans[index], correction1), root)
            result.parameters.append(subtract(parameter, multiply(inputs.rate, move)))
        }
        return result
    }

    /// Adds a value to the new state, without what is too small of it.
    private mutating func keep(_ unflushed: NodeID, _ index: Int, in result: inout SolverStep) -> NodeID {
        let value = flush(unflushed)
        result.name(unflushed, flushed: value, "new_\(result.slots[index].name)")
        result.state.append(value)
        return value
    }

    private func stateSlots(_ kind: String, _ inputs: SolverInputs) -> [Slot] {
        inputs.slots.map { Slot(name: "\(kind)_\($0.name)", scope: .global, shape: $0.shape) }
    }

    /// β·old + (1 − β)·new
    private mutating func average(_ beta: Double, _ old: NodeID, _ new: NodeID) -> NodeID {
        add(multiply(constant(beta), old), multiply(constant(1 - beta), new))
    }

    /// β to the power of the iteration, as an exponential, whose clamp keeps it from underflowing.
    private mutating func power(_ beta: Double, _ iteration: NodeID) -> NodeID {
        beta == 0 ? constant(0) : exp(multiply(iteration, constant(Double.log(beta))))
    }
}
