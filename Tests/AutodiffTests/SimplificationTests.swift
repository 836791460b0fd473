import Samples
import Testing

@testable import Autodiff

@Suite struct SimplificationTests {
    @Test(arguments: 0..<150 as Range<UInt64>)
    func keepsTheMeaning(seed: UInt64) {
        let random = RandomGraph(seed: seed)
        let all = random.raw.nodes.indices.map(NodeID.init(index:))
        let plain = random.bench.evaluate(all, of: random.raw)
        let simple = random.bench.evaluate(random.simplified, of: random.graph)
        for (id, (expected, actual)) in zip(all, zip(plain, simple)) {
            let shape = random.raw.shape(id)
            #expect(random.graph.shape(random.simplified[id.index]) == shape, "seed \(seed), node \(id.index)")
            let difference = relativeDifference(
                random.bench.spread(actual, over: shape),
                random.bench.spread(expected, over: shape)
            )
            #expect(difference < 1e-12, "seed \(seed), node \(id.index), \(random.raw[id].op)")
        }
    }

    @Test func simplifiesWhatItSays() {
        var graph = Graph()
        let x = graph.input(Slot(name: "x", scope: .row, shape: .scalar))
        let y = graph.input(Slot(name: "y", scope: .row, shape: .scalar))
        let (zero, one, two) = (graph.constant(0), graph.constant(1), graph.constant(2))
        #expect(graph.add(x, zero) == x)
        #expect(graph.add(zero, x) == x)
        #expect(graph.add(x, x) == graph.multiply(two, x))
        #expect(graph.add(x, graph.negate(y)) == graph.subtract(x, y))
        #expect(graph.subtract(x, graph.negate(y)) == graph.add(x, y))
        #expect(graph.subtract(zero, x) == graph.negate(x))
        #expect(graph.negate(graph.negate(x)) == x)
        #expect(graph.multiply(x, one) == x)
        #expect(graph.multiply(x, graph.constant(-1)) == graph.negate(x))
        #expect(graph.multiply(x, zero) == zero)
        #expect(graph.multiply(two, graph.multiply(two, x)) == graph.multiply(graph.constant(4), x))
        #expect(graph.divide(x, one) == x)
        let indicator = graph.select(y, equals: two, one, else: zero)
        #expect(graph.multiply(indicator, x) == graph.select(y, equals: two, x, else: zero))
        #expect(graph.multiply(x, indicator) == graph.multiply(indicator, x))
        #expect(graph.select(zero, lessThan: one, x, else: y) == x)
        #expect(graph.select(one, equals: zero, x, else: y) == y)
        #expect(graph.multiply(graph.divide(one, y), x) == graph.divide(x, y))
        #expect(graph.multiply(x, graph.divide(one, y)) == graph.divide(x, y))
        #expect(graph.divide(zero, x) == zero)
        #expect(graph.maximum(x, x) == x)
        #expect(graph.select(x, lessThan: y, two, else: two) == two)
        let smaller = graph.select(x, lessThan: y, zero, else: x)
        #expect(graph.select(x, lessThan: y, zero, else: smaller) == smaller)
        #expect(graph.select(x, lessThan: y, smaller, else: one) == graph.select(x, lessThan: y, zero, else: one))
        #expect(graph.select(y, lessThan: x, zero, else: smaller) != smaller)
        #expect(graph.sumUnits(x) == x)
        #expect(graph.sumRows(two) == graph.multiply(graph.count(), two))
        #expect(graph.multiply(two, graph.constant(3)) == graph.constant(6))
    }

    /// A scalar must not take the place of a vector, nor a vector that of a matrix.
    @Test func keepsTheShape() {
        var graph = Graph()
        let s = graph.input(Slot(name: "s", scope: .row, shape: .scalar))
        let v = graph.input(Slot(name: "v", scope: .global, shape: .vector(2)))
        let m = graph.input(Slot(name: "m", scope: .global, shape: .matrix(2, 2)))
        let (zero, one) = (graph.constant(0), graph.constant(1))
        let results: [(NodeID, UnitShape)] = [
            (graph.multiply(zero, v), .vector(2)),
            (graph.add(s, graph.multiply(zero, m)), .matrix(2, 2)),
            (graph.divide(zero, v), .vector(2)),
            (graph.select(s, lessThan: v, one, else: one), .vector(2)),
            (graph.select(s, equals: m, s, else: s), .matrix(2, 2)),
            (graph.select(v, equals: s, v, else: v), .vector(2)),
        ]
        for (result, shape) in results { #expect(graph.shape(result) == shape, "\(graph[result].op)") }
    }

    /// (a·b)·x is not a·(b·x) where a·b leaves the range of float8.
    @Test func foldsNoFactorsBeyondTheRange() {
        var bench = Bench(rows: 1)
        let large = bench.graph.constant(1e200)
        let tiny = bench.graph.constant(1e-200)
        let x = bench.input("x", .row, .scalar, [1e-100])
        let y = bench.input("y", .row, .scalar, [1e200])
        let product = bench.graph.multiply(large, bench.graph.multiply(large, x))
        let quotient = bench.graph.multiply(tiny, bench.graph.multiply(tiny, y))
        let values = bench.evaluate([product, quotient]).map { $0.values[0] }
        #expect(relativeDifference(values[0] / 1e300, 1) < 1e-12)
        #expect(relativeDifference(values[1] / 1e-200, 1) < 1e-12)
    }
}
