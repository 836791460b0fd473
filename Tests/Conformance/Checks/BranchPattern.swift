import Autodiff

/// Which way every comparison goes between the inputs and a loss, and what the curved functions are applied to.
///
/// Between points of the same pattern the loss is smooth: kinks are where it changes. And where no argument of a curved
/// function moves by more than a little, it is not only smooth but looks so: tanh of a million times a weight is a
/// step to anybody who moves the weight by a hundredth.
struct BranchPattern {
    /// Signs of the comparisons and arguments of the curved functions, row by row.
    struct Place {
        let signs: [Int8]
        let arguments: [Double]

        /// Whether there is neither a kink nor much of a bend between two places.
        func isNear(_ other: Place) -> Bool {
            signs == other.signs && zip(arguments, other.arguments).allSatisfy { abs($0 - $1) <= 0.5 }
        }
    }

    /// What is compared: two nodes, or a node and a number.
    private enum Comparison {
        case nodes(NodeID, NodeID)
        case threshold(NodeID, Double)

        var nodes: [NodeID] {
            switch self {
            case .nodes(let a, let b): [a, b]
            case .threshold(let a, _): [a]
            }
        }
    }

    private let comparisons: [Comparison]
    private let curved: [NodeID]
    /// The nodes to be evaluated.
    let nodes: [NodeID]

    init(_ graph: Graph, loss: NodeID) {
        comparisons = graph.reachable(from: [loss]).flatMap { id -> [Comparison] in
            let x = graph[id].operands
            switch graph[id].op {
            case .maximum, .selectLess, .selectEqual: return [.nodes(x[0], x[1])]
            case .softplus: return [.threshold(x[0], -100), .threshold(x[0], 100)]
            case .abs: return [.threshold(x[0], 0)]
            case .exp: return [.threshold(x[0], -100)]
            case .logistic: return [.threshold(x[0], -100), .threshold(x[0], 100)]
            // The largest score is where softmax is shifted to; the shift cancels out, so which one it is makes no kink.
            case .maximumUnits, .argmaxUnits: return []
            case .pick, .oneHot, .indicators: return []
            case .constant, .input, .element, .count, .negate, .add, .subtract, .multiply, .divide, .log, .sqrt, .tanh,
                .cosine, .floor,
                .detach, .matmul, .transpose, .outer, .sumUnits, .sumRows:
                return []
            }
        }
        curved = graph.reachable(from: [loss]).flatMap { id -> [NodeID] in
            switch graph[id].op {
            case .exp, .tanh, .logistic, .softplus: graph[id].operands
            default: []
            }
        }
        nodes = comparisons.flatMap(\.nodes) + curved
    }

    /// - Parameter values: those of `nodes`.
    func place(_ values: [Tensor], rows: Int) -> Place {
        Place(signs: signs(values, rows: rows), arguments: values.suffix(curved.count).flatMap(\.values))
    }

    /// −1, 0 or 1 for every comparison, unit and row.
    private func signs(_ values: [Tensor], rows: Int) -> [Int8] {
        var signs: [Int8] = []
        var position = 0
        for comparison in comparisons {
            let left = values[position]
            let right: Tensor
            switch comparison {
            case .nodes: right = values[position + 1]
            case .threshold(_, let number): right = .global(.scalar, [number])
            }
            position += comparison.nodes.count
            let isPerRow = left.scope == .row || right.scope == .row
            for row in 0..<(isPerRow ? rows : 1) {
                for unit in 0..<max(left.shape.count, right.shape.count) {
                    let (a, b) = (left[row, unit], right[row, unit])
                    signs.append(a < b ? -1 : a > b ? 1 : 0)
                }
            }
        }
        return signs
    }
}

extension Tensor {
    /// A number of a row, globals repeated over rows and scalars over units.
    subscript(row: Int, unit: Int) -> Double {
        values[(scope == .row ? row * shape.count : 0) + (shape.count == 1 ? 0 : unit)]
    }
}
