/// The scalar level: a tensor graph as single numbers, sharing kept.
public struct ScalarGraph: Sendable {
    /// A graph in which every node is a scalar and every leaf an `element`.
    public private(set) var graph = Graph()
    private var elements: [NodeID: [NodeID]] = [:]

    /// Unrolls what the outputs need.
    public init(unrolling tensors: Graph, outputs: [NodeID]) {
        for id in tensors.reachable(from: outputs) { elements[id] = unroll(id, tensors) }
    }

    /// The single numbers of a tensor node, row-major.
    /// - Precondition: the node was needed by the outputs the graph was made for.
    public subscript(tensor: NodeID) -> [NodeID] {
        guard let scalars = elements[tensor] else {
            preconditionFailure("node \(tensor.index) was not among the unrolled outputs")
        }
        return scalars
    }

    /// The single numbers of a tensor node, or nil if the outputs did not need it.
    public func elements(of tensor: NodeID) -> [NodeID]? { elements[tensor] }

    /// The leaf for one number of an input, or nil if nothing needs it.
    public func node(of slot: Slot, _ index: Int) -> NodeID? { graph.find(.element(slot, index)) }

    private mutating func unroll(_ id: NodeID, _ tensors: Graph) -> [NodeID] {
        let node = tensors[id]
        let x = node.operands.map { elements[$0] ?? [] }
        switch node.op {
        case .constant(let value): return [graph.constant(value)]
        case .count: return [graph.count()]
        case .input(let slot): return (0..<slot.shape.count).map { graph.element(slot, $0) }
        case .element(let slot, let index): return [graph.element(slot, index)]
        case .negate: return map(id, tensors, x) { $0.negate($1[0]) }
        case .add: return map(id, tensors, x) { $0.add($1[0], $1[1]) }
        case .subtract: return map(id, tensors, x) { $0.subtract($1[0], $1[1]) }
        case .multiply: return map(id, tensors, x) { $0.multiply($1[0], $1[1]) }
        case .divide: return map(id, tensors, x) { $0.divide($1[0], $1[1]) }
        case .exp: return map(id, tensors, x) { $0.exp($1[0]) }
        case .log: return map(id, tensors, x) { $0.log($1[0]) }
        case .sqrt: return map(id, tensors, x) { $0.sqrt($1[0]) }
        case .tanh: return map(id, tensors, x) { $0.tanh($1[0]) }
        case .abs: return map(id, tensors, x) { $0.abs($1[0]) }
        case .cosine: return map(id, tensors, x) { $0.cosine($1[0]) }
        case .floor: return map(id, tensors, x) { $0.floor($1[0]) }
        case .logistic: return map(id, tensors, x) { $0.logistic($1[0]) }
        case .softplus:
            return map(id, tensors, x) {
                let total = $0.softplusParts($1[0]).total
                return $0.add($0.maximum($1[0], $0.constant(0)), $0.log(total))
            }
        case .maximum: return map(id, tensors, x) { $0.maximum($1[0], $1[1]) }
        case .selectLess:
            return map(id, tensors, x) {
                $1[2] == $1[3] ? $1[2] : $0.select($1[0], lessThan: $1[1], $1[2], else: $1[3])
            }
        case .selectEqual:
            return map(id, tensors, x) {
                $1[2] == $1[3] || $1[0] == $1[1] ? $1[2] : $0.select($1[0], equals: $1[1], $1[2], else: $1[3])
            }
        case .detach: return x[0]
        case .matmul:
            let m = x[1].count / x[0].count
            return (0..<m).map { j in product(x[0]) { i in x[1][i * m + j] } }
        case .transpose:
            guard case .matrix(let n, let m) = tensors.shape(node.operands[0]) else { return x[0] }
            return (0..<m).flatMap { j in (0..<n).map { i in x[0][i * m + j] } }
        case .outer: return x[0].flatMap { a in x[1].map { b in graph.multiply(a, b) } }
        case .sumUnits: return [sum(x[0])]
        case .maximumUnits: return [x[0].dropFirst().reduce(x[0][0]) { graph.maximum($0, $1) }]
        case .argmaxUnits: return [argmax(x[0])]
        case .pick: return [pick(x[0], at: x[1][0])]
        case .oneHot(let n):
            let (zero, one) = (graph.constant(0), graph.constant(1))
            return (0..<n).map { graph.select(x[0][0], equals: graph.constant(Double($0)), one, else: zero) }
        case .indicators(let counts):
            let (zero, one) = (graph.constant(0), graph.constant(1))
            return zip(x[0], counts).flatMap { value, count in
                count == 0
                    ? [value]
                    : (0..<count).map { graph.select(value, equals: graph.constant(Double($0)), one, else: zero) }
            }
        case .sumRows: return x[0].map { graph.sumRows($0) }
        }
    }

    private mutating func map(
        _ id: NodeID,
        _ tensors: Graph,
        _ x: [[NodeID]],
        _ build: (inout Graph, [NodeID]) -> NodeID
    ) -> [NodeID] {
        (0..<tensors.shape(id).count).map { unit in build(&graph, x.map { $0.count == 1 ? $0[0] : $0[unit] }) }
    }

    /// Σ valueᵢ·weightᵢ. Where values are the indicators of one index, the weight is looked up: at most one of their
    /// products is not 0, and adding zeros changes nothing.
    private mutating func product(_ values: [NodeID], _ weight: (Int) -> NodeID) -> NodeID {
        var terms: [NodeID] = []
        var i = 0
        while i < values.count {
            let start = i
            while i < values.count, graph.indicated(values[i], place: i - start, by: values[start]) { i += 1 }
            guard i - start > 1 else {
                terms.append(graph.multiply(values[start], weight(start)))
                i = start + 1
                continue
            }
            let index = graph[values[start]].operands[0]
            terms.append(
                (start..<i).reversed().reduce(graph.constant(0)) { rest, position in
                    let here = graph.constant(Double(position - start))
                    return graph.select(index, equals: here, weight(position), else: rest)
                }
            )
        }
        return sum(terms)
    }

    /// Terms are added one after the other, many of them in parts: PostgreSQL's stack holds some 4,000 brackets.
    private mutating func sum(_ terms: [NodeID]) -> NodeID {
        guard let first = terms.first else { return graph.constant(0) }
        guard terms.count > Self.longestChain else {
            return terms.dropFirst().reduce(first) { graph.add($0, $1) }
        }
        return sum(
            stride(from: 0, to: terms.count, by: Self.longestChain).map { start in
                sum(Array(terms[start..<min(start + Self.longestChain, terms.count)]))
            }
        )
    }

    private static let longestChain = 256

    /// The first index whose value is not below the largest, as a chain of comparisons from the last one up.
    private mutating func argmax(_ units: [NodeID]) -> NodeID {
        let largest = units.dropFirst().reduce(units[0]) { graph.maximum($0, $1) }
        return units.indices.dropLast().reversed().reduce(graph.constant(Double(units.count - 1))) { rest, index in
            graph.select(units[index], lessThan: largest, rest, else: graph.constant(Double(index)))
        }
    }

    private mutating func pick(_ units: [NodeID], at index: NodeID) -> NodeID {
        units.indices.dropLast().reversed().reduce(units[units.count - 1]) { rest, position in
            graph.select(index, equals: graph.constant(Double(position)), units[position], else: rest)
        }
    }
}
