import Autodiff
import RealModule

/// What a solver adds to the graph.
struct SolverStep {
    var parameters: [NodeID] = []
    var slots: [Slot] = []
    var state: [NodeID] = []
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
                let velocity = flush(subtract(multiply(decay, input(velocities[index])), descent))
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
            for (index, gradient) in gradients.enumerated() {
                let mean = flush(average(beta1, input(means[index]), gradient))
                let square = flush(average(beta2, input(squares[index]), multiply(gradient, gradient)))
                result.state.append(mean)
                squareNodes.append(square)
                let root = add(sqrt(divide(square, correction2)), constant(epsilon))
                let move = divide(divide(mean, correction1), root)
                result.parameters.append(subtract(parameters[index], multiply(rate, move)))
            }
            result.state += squareNodes
        }
        // A weight that decays for ever must not reach the numbers whose products underflow.
        result.parameters = result.parameters.map { flush($0, below: Self.weightThreshold) }
        return result
    }

    /// Weights below this are taken as 0; one of them times the smallest softmax probability is still a normal number.
    static let weightThreshold = 1e-100

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
