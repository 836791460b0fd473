import Autodiff
import RealModule

/// What a solver adds to the graph.
struct SolverStep {
    var parameters: [NodeID] = []
    var slots: [Slot] = []
    var state: [NodeID] = []
    /// Names for what is computed on the way.
    var names: [NodeID: String] = [:]
}

extension SolverStep {
    /// A value is known by its name before what is too small of it becomes 0; that is an afterthought to people.
    fileprivate mutating func name(_ unflushed: NodeID, flushed: NodeID, _ name: String) {
        names[unflushed] = name
        names[flushed] = "flushed_\(name)"
    }
}

extension Graph {
    /// New parameters and new solver state from gradients.
    mutating func step(
        _ solver: Solver,
        parameters: [NodeID],
        slots: [Slot],
        gradients: [NodeID],
        rate: NodeID,
        iteration: NodeID
    ) -> SolverStep {
        var result = SolverStep()
        switch solver {
        case .sgd(let momentum, _) where momentum == 0:
            result.parameters = zip(parameters, gradients).map { subtract($0, multiply(rate, $1)) }
        case .sgd(let momentum, let nesterov):
            let velocities = stateSlots("velocity", like: slots)
            result.slots = velocities
            for (index, gradient) in gradients.enumerated() {
                let decay = constant(momentum)
                let descent = multiply(rate, gradient)
                let unflushed = subtract(multiply(decay, input(velocities[index])), descent)
                let velocity = flush(unflushed)
                result.name(unflushed, flushed: velocity, "new_\(velocities[index].name)")
                let move = nesterov ? subtract(multiply(decay, velocity), descent) : velocity
                result.state.append(velocity)
                result.parameters.append(add(parameters[index], move))
            }
        case .adam(let beta1, let beta2, let epsilon):
            let (means, squares) = (stateSlots("mean", like: slots), stateSlots("square", like: slots))
            result.slots = means + squares
            var squareNodes: [NodeID] = []
            let one = constant(1)
            let correction1 = subtract(one, power(beta1, iteration))
            let correction2 = subtract(one, power(beta2, iteration))
            result.names[correction1] = "correction1"
            result.names[correction2] = "correction2"
            for (index, gradient) in gradients.enumerated() {
                let unflushedMean = average(beta1, input(means[index]), gradient)
                let unflushedSquare = average(beta2, input(squares[index]), multiply(gradient, gradient))
                let (mean, square) = (flush(unflushedMean), flush(unflushedSquare))
                result.name(unflushedMean, flushed: mean, "new_\(means[index].name)")
                result.name(unflushedSquare, flushed: square, "new_\(squares[index].name)")
                result.state.append(mean)
                squareNodes.append(square)
                let root = add(sqrt(divide(square, correction2)), constant(epsilon))
                let move = divide(divide(mean, correction1), root)
                result.parameters.append(subtract(parameters[index], multiply(rate, move)))
            }
            result.state += squareNodes
        }
        // A weight that decays for ever must not reach the numbers whose products underflow.
        let threshold = TrainingStep.weightThreshold(layers: slots.count / 2)
        for (index, unflushed) in result.parameters.enumerated() {
            result.parameters[index] = flush(unflushed, below: threshold)
            result.name(unflushed, flushed: result.parameters[index], "new_\(slots[index].name)")
        }
        return result
    }

    private func stateSlots(_ kind: String, like slots: [Slot]) -> [Slot] {
        slots.map { Slot(name: "\(kind)_\($0.name)", scope: .global, shape: $0.shape) }
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
