import Autodiff
import SQLText
import Testing

@testable import Lowering

/// Expressions as deep as a wide layer makes them: a writer that recursed would end the process.
@Suite struct DepthTests {
    @Test func theWriterDoesNotRecurse() {
        let depth = 100_000
        var graph = Graph()
        let x = graph.element(Slot(name: "x", scope: .row, shape: .scalar), 0)
        let one = graph.constant(1)
        var sum = x
        for _ in 0..<depth { sum = graph.add(graph.tanh(sum), one) }

        let writer = ExpressionWriter(graph: graph, references: [x: .column("x1")], windowed: false)
        #expect(writer.columns(of: sum) == ["x1"])
        var sql = SQL()
        writer.write(sum, to: &sql)
        let text = sql.render().text
        #expect(text.hasPrefix("(tanh((tanh("))
        #expect(text.ranges(of: "tanh(").count == depth)
        #expect(text.hasSuffix(" + '1'::float8)"))

        var planner = LevelPlanner(graph: graph, source: "example", references: [x: .column("x1")], names: [:])
        planner.share(for: [sum], levelCost: 80)
        planner.append(.project, [.init(name: "y", value: .node(sum))])
        #expect(planner.query.lower(.postgres).size.nesting == 1)
    }
}
