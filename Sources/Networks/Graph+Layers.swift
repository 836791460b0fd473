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
}
