import Samples
import Testing

@testable import Autodiff

@Suite struct GradientTests {
    /// Relative to max(1, |g|).
    private static let tolerance = 1e-6

    /// Every result is used twice and every operand beside it, so that parts have to be added up.
    private func loss(_ sample: OpSample, _ bench: inout Bench) -> NodeID {
        let probe = bench.input("probe", .row, bench.graph.shape(sample.result), [1, -0.5, 2, 0.75, -1.5, 1.25, 0.5])
        let seen = bench.graph.sumUnits(bench.graph.multiply(probe, sample.result))
        let again = bench.graph.multiply(
            bench.graph.sumUnits(sample.result),
            bench.graph.sumUnits(sample.operands[0])
        )
        return bench.graph.add(seen, again)
    }

    @Test(arguments: OpKind.operations.filter { !OpKind.undifferentiable.contains($0) && $0 != .detach })
    func agreesWithCentralDifferences(_ kind: OpKind) throws {
        var (checked, kinks) = (0, 0)
        for sample in OpSample.all(kind) {
            var bench = sample.bench
            let loss = loss(sample, &bench)
            let differences = try CentralDifferences(bench, loss: loss, by: sample.variables)
            #expect(differences.worst < Self.tolerance, "\(sample): \(differences.place)")
            checked += differences.checked
            kinks += differences.kinks
        }
        #expect(checked > 3 * kinks, "\(kinks) of \(checked) places have no derivative")
    }

    @Test(arguments: 0..<80 as Range<UInt64>)
    func agreesOnRandomGraphs(seed: UInt64) throws {
        var random = RandomGraph(seed: seed)
        let loss = random.loss()
        let bench = Bench(random.graph, rows: random.bench.rows, values: random.bench.values)
        let inputs = ["s_row", "v_row", "s_global", "v_global", "m"].compactMap { name in
            random.bench.values.keys.first { $0.name == name }
        }
        var graph = bench.graph
        let differences = try CentralDifferences(bench, loss: loss, by: inputs.map { graph.input($0) })
        #expect(differences.worst < Self.tolerance, "seed \(seed): \(differences.place)")
        #expect(differences.checked > differences.kinks, "seed \(seed)")
    }

    @Test(arguments: [-1e6, -1e3, -100.5, -40, 40, 100.5, 1e3, 1e6])
    func agreesFarOut(x: Double) throws {
        for kind in [OpKind.negate, .add, .tanh, .abs, .logistic, .softplus, .maximum, .selectLess, .exp, .log, .sqrt] {
            if kind == .exp, x > 0 { continue }
            if kind == .log || kind == .sqrt, x < 0 { continue }
            guard let op = OpSample.all(kind).first?.op else { continue }
            var bench = Bench(rows: 1)
            let variable = bench.input("x", .row, .scalar, [x])
            let other = bench.input("y", .row, .scalar, [0.5])
            let operands = [variable, other, variable, other].prefix(OpSample.all(kind)[0].operands.count)
            let loss = bench.graph.build(op, Array(operands))
            let differences = try CentralDifferences(bench, loss: loss, by: [variable])
            #expect(differences.checked == 1)
            #expect(differences.worst < Self.tolerance, "\(kind): \(differences.place)")
        }
    }

    /// Where there is no derivative, one of the two slopes is taken; which one is part of the definition.
    @Test func takesASlopeAtKinks() throws {
        var bench = Bench(rows: 1)
        let x = bench.input("x", .row, .scalar, [0])
        let zero = bench.graph.constant(0)
        let relu = bench.graph.maximum(x, zero)
        let swapped = bench.graph.maximum(zero, x)
        let magnitude = bench.graph.abs(x)
        let slopes = try [relu, swapped, magnitude].map { loss in
            let gradient = try bench.graph.gradient(of: loss, by: [x]).byInput[0]
            return bench.evaluate([gradient])[0].values[0]
        }
        #expect(slopes == [0, 1, 1])
    }

    /// The derivative by something global of a value per row is summed over the rows, also where it is the same in all.
    @Test func countsEveryRow() throws {
        var bench = Bench(rows: 7)
        let x = bench.input("x", .row, .scalar, [1, 2, 3])
        let w = bench.input("w", .global, .scalar, [0.5])
        let v = bench.input("v", .global, .vector(2), [0.5, 1])
        let shifted = bench.graph.add(x, w)
        let scaled = bench.graph.add(x, bench.graph.multiply(bench.graph.constant(3), w))
        let summed = bench.graph.sumRows(shifted)
        let wide = bench.graph.add(x, bench.graph.sumUnits(v))
        for (loss, variable, expected) in [(shifted, w, 7.0), (scaled, w, 21), (summed, w, 7), (wide, v, 7)] {
            let gradient = try bench.graph.gradient(of: loss, by: [variable]).byInput[0]
            let value = bench.evaluate([gradient])[0]
            #expect(value.scope == .global)
            #expect(value.values.allSatisfy { $0 == expected }, "\(value.values)")
        }
    }

    @Test func isAConstantZeroWhereNothingDepends() throws {
        var bench = Bench()
        let x = bench.input("x", .row, .scalar, [1])
        let y = bench.input("y", .global, .vector(2), [1])
        let gradients = try bench.graph.gradient(of: bench.graph.tanh(x), by: [y, x]).byInput
        #expect(bench.graph.constant(gradients[0]) == 0)
        #expect(bench.graph.constant(gradients[1]) == nil)
    }

    @Test func aDetachedValueIsAConstant() throws {
        var bench = Bench(rows: 1)
        let x = bench.input("x", .row, .scalar, [3])
        let loss = bench.graph.multiply(bench.graph.detach(x), x)
        let gradient = try bench.graph.gradient(of: loss, by: [x]).byInput[0]
        #expect(bench.evaluate([gradient])[0].values == [3])
    }

    @Test(arguments: OpKind.undifferentiable.sorted { $0.rawValue < $1.rawValue })
    func namesAnOperationWithoutADerivative(_ kind: OpKind) throws {
        for sample in OpSample.all(kind) {
            var graph = sample.bench.graph
            let loss = graph.tanh(graph.sumUnits(sample.result))
            let error = #expect(throws: UndifferentiableOperation.self) {
                try graph.gradient(of: loss, by: sample.operands)
            }
            #expect(error?.op == sample.op)
            #expect(error?.description == "there is no derivative of \(sample.op)")
        }
    }

    @Test func anOperationWithoutADerivativeMayStandAside() throws {
        var bench = Bench(rows: 1)
        let x = bench.input("x", .row, .vector(3), [1, 5, 2])
        let shift = bench.graph.detach(bench.graph.maximumUnits(x))
        let loss = bench.graph.sumUnits(bench.graph.subtract(x, shift))
        let gradient = try bench.graph.gradient(of: loss, by: [x]).byInput[0]
        #expect(bench.evaluate([gradient])[0].values == [1, 1, 1])
    }
}
