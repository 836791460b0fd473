import Autodiff

/// What is added to the mean loss, and what becomes of its gradient before the solver sees it.
extension Graph {
    /// l2/2 · ΣW² + l1 · Σ|W| over all weights, biases excluded.
    mutating func penalty(_ spec: NetworkSpec, layout: ParameterLayout, parameters: [NodeID]) -> NodeID {
        let l2 = spec.solver.decaysWeights ? 0 : spec.l2
        var (squares, magnitudes) = (constant(0), constant(0))
        for (block, parameter) in zip(layout.blocks, parameters) where block.kind == .weight {
            if l2 > 0 { squares = add(squares, sumUnits(multiply(parameter, parameter))) }
            if spec.l1 > 0 { magnitudes = add(magnitudes, sumUnits(magnitude(parameter))) }
        }
        return add(multiply(constant(l2 / 2), squares), multiply(constant(spec.l1), magnitudes))
    }

    /// |x| with a derivative of 0 at 0: a weight that is 0 stays there.
    private mutating func magnitude(_ x: NodeID) -> NodeID {
        select(x, equals: constant(0), constant(0), else: abs(x))
    }

    /// Gradients made shorter together where their norm passes a limit (Pascanu et al. 2013).
    /// - Returns: also names for what is on the way.
    mutating func clipped(_ gradients: [NodeID], norm limit: Double) -> (gradients: [NodeID], names: [NodeID: String]) {
        var squares = constant(0)
        for gradient in gradients { squares = add(squares, sumUnits(multiply(gradient, gradient))) }
        let norm = sqrt(squares)
        let longest = constant(limit)
        let factor = select(longest, lessThan: norm, divide(longest, norm), else: constant(1))
        return (gradients.map { flush(multiply(factor, $0)) }, [norm: "norm", factor: "clip"])
    }
}
