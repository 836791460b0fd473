import Autodiff
import Networks
import SQLText

/// Turns a training step into statements. Holds the scalar form of the step, from which every scalar shape is lowered.
public struct Lowering: Sendable {
    /// The step.
    public let step: TrainingStep
    /// The spelling.
    public let dialect: Dialect
    let scalars: ScalarGraph
    let names: [NodeID: String]

    var graph: Graph { scalars.graph }

    /// Unrolls a step into single numbers.
    public init(_ step: TrainingStep, dialect: Dialect = .postgres) {
        self.step = step
        self.dialect = dialect
        let (perRow, update) = (step.perRow, step.update)
        let outputs =
            [perRow.prediction, perRow.metric, perRow.loss, update.loss, update.metric]
            + [step.sums.loss, step.sums.metric, step.sums.rows]
            + (perRow.predictedClass.map { [$0] } ?? []) + step.sums.gradients + update.parameters + update.state
        scalars = ScalarGraph(unrolling: step.graph, outputs: outputs)
        var names: [NodeID: String] = [:]
        for (tensor, name) in step.names.sorted(by: { $0.key < $1.key }) {
            guard let elements = scalars.elements(of: tensor) else { continue }
            for (index, element) in elements.enumerated() where names[element] == nil {
                names[element] = name + Self.suffix(index, step.graph.shape(tensor))
            }
        }
        self.names = names
    }

    /// The statement of a shape.
    /// - Parameter iterations: how many `window` and `block` do; `step` does one, `recursive` as many as its hole says.
    public func statement(
        _ shape: StatementShape,
        _ source: RowSource,
        iterations: Int
    ) throws(StatementLimitError) -> LoweredStatement {
        switch shape {
        case .step: try step(source)
        case .window: try window(source, iterations: iterations)
        case .block: try block(source, iterations: iterations)
        case .recursive: try recursive(source)
        }
    }

    /// The place of an element in a name: `_j` in a vector, `_i_j` in a matrix.
    private static func suffix(_ index: Int, _ shape: UnitShape) -> String {
        switch shape {
        case .scalar: ""
        case .vector: "_\(index)"
        case .matrix(_, let columns): "_\(index / columns)_\(index % columns)"
        }
    }

    /// What helps where one iteration is too much.
    var narrower: String {
        let outputs = step.spec.layerSizes.last ?? 1
        return "use fewer or narrower layers" + (outputs > 100 ? ", or a label of fewer classes than \(outputs)" : "")
    }

    /// Adds a limit check and the text measures to a planned query.
    func finish(
        _ query: LevelQuery,
        shape: StatementShape,
        iterations: Int = 1,
        tail: SQL = "",
        advice: ((StatementSize) -> String)? = nil,
        parallelSafe: Bool
    ) throws(StatementLimitError) -> LoweredStatement {
        let (sql, size) = query.lower(dialect, tail: tail)
        return try finish(sql, size, shape: shape, iterations: iterations, advice: advice, parallelSafe: parallelSafe)
    }

    /// Adds a limit check and the text measures to a statement.
    func finish(
        _ sql: SQL,
        _ size: StatementSize,
        shape: StatementShape,
        iterations: Int?,
        advice: ((StatementSize) -> String)? = nil,
        parallelSafe: Bool
    ) throws(StatementLimitError) -> LoweredStatement {
        var size = size
        size.measure(sql.render())
        try size.check(dialect, shape: shape) { advice?($0) ?? narrower }
        return LoweredStatement(
            shape: shape,
            iterations: iterations,
            sql: sql,
            size: size,
            parallelSafe: parallelSafe
        )
    }
}
