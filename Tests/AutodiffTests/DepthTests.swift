import Testing

@testable import Autodiff

/// Graphs as deep as a user can make them: a walk that recursed would end the process.
@Suite struct DepthTests {
    static let depth = 100_000

    @Test func walksDoNotRecurse() throws {
        var graph = Graph()
        let slot = Slot(name: "x", scope: .row, shape: .scalar)
        let x = graph.input(slot)
        let half = graph.constant(0.5)
        var y = x
        for _ in 0..<Self.depth / 2 { y = graph.tanh(graph.add(y, half)) }
        #expect(graph.nodes.count == Self.depth + 2)
        #expect(graph.reachable(from: [y]).count == Self.depth + 2)

        let gradient = try graph.gradient(of: y, by: [x]).byInput[0]
        #expect(graph.reachable(from: [gradient]).count > Self.depth)

        let scalars = ScalarGraph(unrolling: graph, outputs: [y, gradient])
        #expect(scalars.graph.nodes.count > Self.depth)

        let values = Interpreter(graph, rows: 1).evaluate([y]) { .rows($0.shape, [0.25]) }
        #expect(values[0].values[0] > 0 && values[0].values[0] < 1)
    }
}
