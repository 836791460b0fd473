import Samples
import Testing

@testable import Autodiff

@Suite struct UnrollingTests {
    @Test(arguments: OpKind.operations)
    func everyOperationMeansTheSameInSingleNumbers(_ kind: OpKind) {
        for sample in OpSample.all(kind) {
            compare(sample.bench, sample.bench.graph, [sample.result], "\(sample)")
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func soDoRandomGraphs(seed: UInt64) throws {
        var random = RandomGraph(seed: seed)
        let loss = random.loss()
        var graph = random.graph
        let inputs = random.bench.values.keys.filter { $0.name != "k" }.sorted { $0.name < $1.name }
        let gradients = try graph.gradient(of: loss, by: inputs.map { graph.input($0) }).byInput
        compare(random.bench, graph, random.simplified + [loss] + gradients, "seed \(seed)")
    }

    private func compare(_ bench: Bench, _ graph: Graph, _ outputs: [NodeID], _ what: String) {
        let scalars = ScalarGraph(unrolling: graph, outputs: outputs)
        #expect(scalars.graph.nodes.indices.allSatisfy { scalars.graph.shape(NodeID(index: $0)) == .scalar })
        for (output, tensor) in zip(outputs, bench.evaluate(outputs, of: graph)) {
            let shape = graph.shape(output)
            let elements = bench.evaluate(scalars[output], of: scalars.graph).map { bench.spread($0, over: .scalar) }
            #expect(elements.count == shape.count, "\(what)")
            let interleaved = (0..<bench.rows).flatMap { row in elements.map { $0[row] } }
            let difference = relativeDifference(interleaved, bench.spread(tensor, over: shape))
            #expect(difference < 1e-12, "\(what), \(graph[output].op)")
        }
    }

    @Test func findsTheLeavesOfInputs() {
        var graph = Graph()
        let slot = Slot(name: "v", scope: .row, shape: .vector(3))
        let other = Slot(name: "w", scope: .row, shape: .scalar)
        let (v, unused) = (graph.input(slot), graph.input(other))
        let output = graph.tanh(v)
        let scalars = ScalarGraph(unrolling: graph, outputs: [output])
        #expect(scalars.node(of: slot, 1) == scalars[v][1])
        #expect(scalars.node(of: other, 0) == nil)
        #expect(scalars.elements(of: unused) == nil)
    }

    /// The first of equal units wins, as in the interpreter.
    @Test func theFirstOfEqualUnitsIsTheLargest() {
        var bench = Bench(rows: 4)
        let v = bench.input("v", .row, .vector(3), [1, 1, 0, 0, 2, 2, 3, 3, 3, -1, -2, -1])
        let index = bench.graph.argmaxUnits(v)
        #expect(bench.evaluate([index])[0].values == [0, 1, 0, 0])
        compare(bench, bench.graph, [index], "argmax of ties")
    }
}
