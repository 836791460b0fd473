import Testing

@testable import Autodiff

@Suite struct ShapeRuleTests {
    @Test(arguments: OpKind.operations)
    func theInterpreterGivesTheShapeThatTheRuleSays(_ kind: OpKind) {
        let samples = OpSample.all(kind)
        #expect(!samples.isEmpty)
        for sample in samples {
            let tensor = sample.bench.evaluate([sample.result])[0]
            let graph = sample.bench.graph
            #expect(tensor.shape == graph.shape(sample.result), "\(sample)")
            #expect(tensor.scope == graph.scope(sample.result), "\(sample)")
            let perRow = tensor.scope == .row ? sample.bench.rows : 1
            #expect(tensor.values.count == tensor.shape.count * perRow, "\(sample)")
        }
    }

    @Test func aValueIsPerRowIfAnyOperandIs() {
        for kind in OpKind.operations where kind != .sumRows {
            for sample in OpSample.all(kind) {
                let scopes = sample.operands.map { sample.bench.graph.scope($0) }
                #expect(sample.bench.graph.scope(sample.result) == scopes.max(), "\(sample)")
            }
        }
        for sample in OpSample.all(.sumRows) { #expect(sample.bench.graph.scope(sample.result) == .global) }
    }

    @Test func theShapesOfUnitOperations() {
        var bench = Bench()
        let v = bench.input("v", .row, .vector(2), [1])
        let m = bench.input("m", .global, .matrix(2, 3), [1])
        let s = bench.input("s", .global, .scalar, [1])
        let results: [(Op, [NodeID], UnitShape)] = [
            (.matmul, [v, m], .vector(3)), (.transpose, [m], .matrix(3, 2)), (.outer, [v, v], .matrix(2, 2)),
            (.oneHot(7), [s], .vector(7)), (.indicators([0, 4]), [v], .vector(5)), (.sumRows, [v], .vector(2)),
            (.sumUnits, [m], .scalar),
        ]
        for (op, operands, shape) in results {
            let result = bench.graph.build(op, operands)
            #expect(bench.graph.shape(result) == shape, "\(op)")
        }
        #expect(UnitShape.matrix(2, 3).description == "(2, 3)" && UnitShape.vector(4).description == "(4)")
    }

    @Test func shapesThatDoNotFitAreNamed() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var graph = Graph()
            let v = graph.input(Slot(name: "v", scope: .row, shape: .vector(2)))
            let w = graph.input(Slot(name: "w", scope: .row, shape: .vector(3)))
            _ = graph.add(v, w)
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("add is not defined for shapes (2), (3)"))
    }

    @Test func aProductNeedsAMatrixOfAsManyRows() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var graph = Graph()
            let v = graph.input(Slot(name: "v", scope: .row, shape: .vector(2)))
            let m = graph.input(Slot(name: "m", scope: .global, shape: .matrix(3, 2)))
            _ = graph.matmul(v, m)
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("matmul is not defined for shapes (2), (3, 2)"))
    }
}
