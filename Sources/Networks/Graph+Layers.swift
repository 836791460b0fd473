import Autodiff

/// A layer and the values that pass through it, shapes as for one row.
struct Layer {
    /// (inputs)
    let inputs: NodeID
    /// (inputs, units)
    let weights: NodeID
    /// (units)
    let biases: NodeID
    /// The weighted sums, (units).
    let sums: NodeID
    /// (units)
    let outputs: NodeID
}

extension Graph {
    /// The layers of a network. The last has no activation; its outputs are the scores.
    mutating func forward(_ features: NodeID, parameters: [NodeID], activations: [Activation]) -> [Layer] {
        var value = features
        return (0..<parameters.count / 2).map { index in
            let (inputs, weights, biases) = (value, parameters[2 * index], parameters[2 * index + 1])
            let sums = add(matmul(inputs, weights), biases)
            value = index < activations.count ? activate(activations[index], sums) : sums
            return Layer(inputs: inputs, weights: weights, biases: biases, sums: sums, outputs: value)
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
