import Samples

@testable import Autodiff

/// Compares a gradient with central differences through the interpreter.
struct CentralDifferences {
    /// The largest difference relative to max(1, |g|), with where it was.
    private(set) var worst = 0.0
    private(set) var place = ""
    /// How many numbers were compared.
    private(set) var checked = 0
    /// How many were left out: the slopes on both sides differ, so there is no derivative to compare with.
    private(set) var kinks = 0

    /// - Parameters:
    ///   - loss: a scalar; of a value per row the sum over the rows is taken.
    ///   - variables: inputs.
    init(_ bench: Bench, loss: NodeID, by variables: [NodeID]) throws {
        var graph = bench.graph
        let gradients = try graph.gradient(of: loss, by: variables).byInput
        let analytic = bench.evaluate(gradients, of: graph)
        for (variable, gradient) in zip(variables, analytic) {
            guard case .input(let slot) = bench.graph[variable].op, let values = bench.values[slot] else {
                preconditionFailure("\(variable) is no input")
            }
            // A derivative that is the same in every row or unit may be there only once.
            let repeated = bench.spread(gradient, over: slot.shape)
            for index in values.values.indices {
                compare(repeated[index], bench, loss, slot, index, at: values.values[index])
            }
        }
    }

    private mutating func compare(
        _ gradient: Double,
        _ bench: Bench,
        _ loss: NodeID,
        _ slot: Slot,
        _ index: Int,
        at x: Double
    ) {
        func total(_ value: Double) -> Double {
            var moved = bench
            moved.set(slot, index, value)
            let tensor = moved.evaluate([loss])[0]
            return tensor.scope == .row ? tensor.values.reduce(0, +) : tensor.values[0]
        }
        let step = 1e-5 * max(1, abs(x))
        let (below, here, above) = (total(x - step), total(x), total(x + step))
        let (left, right) = ((here - below) / step, (above - here) / step)
        guard abs(left - right) < 1e-2 * max(1, abs(left)) else {
            kinks += 1
            return
        }
        checked += 1
        let difference = relativeDifference(gradient, (above - below) / (2 * step))
        if difference > worst {
            worst = difference
            place = "\(slot.name)[\(index)] = \(x): \(gradient), by differences \((above - below) / (2 * step))"
        }
    }
}
