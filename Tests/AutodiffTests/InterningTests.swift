import Testing

@testable import Autodiff

@Suite struct InterningTests {
    private let slot = Slot(name: "x", scope: .row, shape: .vector(2))

    @Test func equalNodesAreTheSameNode() {
        var graph = Graph()
        let (x, y) = (graph.input(slot), graph.constant(3))
        let first = graph.tanh(graph.multiply(x, y))
        let count = graph.nodes.count
        let second = graph.tanh(graph.multiply(graph.input(slot), graph.constant(3)))
        #expect(first == second)
        #expect(graph.nodes.count == count)
    }

    @Test func differentNodesAreNot() {
        var graph = Graph()
        let nodes = [
            graph.element(slot, 0), graph.element(slot, 1),
            graph.input(Slot(name: "x", scope: .global, shape: .vector(2))), graph.input(slot),
            graph.subtract(graph.element(slot, 0), graph.element(slot, 1)),
            graph.subtract(graph.element(slot, 1), graph.element(slot, 0)),
            graph.oneHot(graph.element(slot, 0), count: 2), graph.oneHot(graph.element(slot, 0), count: 3),
        ]
        #expect(Set(nodes).count == nodes.count)
    }

    @Test func aNodeRefersOnlyToEarlierOnes() {
        for seed in 0..<20 as Range<UInt64> {
            let graph = RandomGraph(seed: seed).graph
            for (index, node) in graph.nodes.enumerated() {
                #expect(node.operands.allSatisfy { $0.index < index }, "seed \(seed), node \(index)")
            }
        }
    }

    @Test func reachableIsWhatAnOutputNeeds() {
        var graph = Graph()
        let (a, b) = (graph.element(slot, 0), graph.element(slot, 1))
        let unused = graph.exp(b)
        let output = graph.add(graph.tanh(a), graph.constant(2))
        let reached = graph.reachable(from: [output])
        #expect(reached == reached.sorted())
        #expect(Set(reached) == [a, graph.tanh(a), graph.constant(2), output])
        #expect(!reached.contains(unused))
        #expect(graph.reachable(from: []).isEmpty)
    }

    @Test func zerosOfEitherSignAreOneConstant() {
        for zeros in [[0.0, -0.0], [-0.0, 0.0]] {
            var graph = Graph()
            let nodes = zeros.map { graph.constant($0) }
            #expect(nodes[0] == nodes[1])
            #expect(graph.constant(nodes[0])?.sign == .plus)
        }
    }
}
