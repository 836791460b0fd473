import Autodiff
import Lowering
import Networks
import SQLText

/// How a run is trained: the network, the statements, and why these.
struct TrainingPlan: Sendable {
    let step: TrainingStep
    let shape: StatementShape
    /// Why this shape, in a sentence.
    let reason: String
    /// Whether iterations run as a parallel SELECT followed by an INSERT, or as one INSERT … SELECT.
    let isParallel: Bool
    /// Iterations per statement; the last one of a run may have fewer.
    let blockSize: Int
    private let lowering: Lowering
    private let source: RowSource

    /// Parameters beyond this make scalar statements that take minutes to plan.
    static let maximumParameters = 20_000

    /// A parallel plan costs a few milliseconds to start, so an iteration has to take longer than this to gain by one.
    private static let parallelThreshold = 10e6

    /// Plans a run.
    /// - Parameter workers: parallel workers that the server gives one statement; 0 for none.
    /// - Throws: `TrainingError` if no statement could carry the network.
    init(
        _ request: TrainingRequest,
        task: TaskKind,
        layerSizes: [Int],
        rows: Int,
        workers: Int,
        table: QualifiedName
    ) throws {
        let layout = ParameterLayout(layerSizes: layerSizes)
        guard layout.count <= Self.maximumParameters else { throw Self.tooWide(layout.count) }
        step = try TrainingStep(request.network(task: task, layerSizes: layerSizes))
        lowering = Lowering(step)
        source = RowSource(table: table)
        shape = request.shape ?? .step
        blockSize = shape == .window ? min(request.blockSize, request.maxIter) : 1
        if shape == .window { try Self.checkWidth(step, dialect: lowering.dialect) }

        let nanoseconds = lowering.estimatedRowCost * Double(rows)
        let statement = try Self.limited { [lowering, source, shape, blockSize] () throws(StatementLimitError) in
            try lowering.statement(shape, source, iterations: blockSize)
        }
        isParallel = statement.parallelSafe && workers > 0 && nanoseconds > Self.parallelThreshold
        reason = Self.reason(request, shape, blockSize, isParallel, nanoseconds)
    }

    /// The statement that does this many iterations.
    func statement(iterations: Int) throws -> LoweredStatement {
        try Self.limited { () throws(StatementLimitError) in
            try lowering.statement(shape, source, iterations: iterations)
        }
    }

    /// The forward pass that measures the last parameters.
    func evaluation() throws -> LoweredStatement {
        try Self.limited { () throws(StatementLimitError) in try lowering.evaluation(source) }
    }

    /// Every level of a window statement carries all parameters and the solver's state: found out before all of its
    /// iterations are written.
    private static func checkWidth(_ step: TrainingStep, dialect: Dialect) throws(TrainingError) {
        let columns = step.layout.count + step.stateCount
        guard columns > dialect.maximumTargetList else { return }
        throw TrainingError(
            .tooLarge,
            "shape window carries every parameter and the solver's state as a column: at least \(columns), "
                + "and the limit is \(dialect.maximumTargetList) columns in one SELECT",
            field: "shape",
            hint: "use shape step, or a narrower network"
        )
    }

    static func tooWide(_ parameters: Int) -> TrainingError {
        TrainingError(
            .tooLarge,
            "the network has \(parameters) parameters, and statements carry at most \(maximumParameters)",
            field: "hidden_layer_sizes",
            hint: "use fewer or narrower layers, or fewer features"
        )
    }

    /// Turns a limit of the server into an error of the request.
    static func limited<T>(_ body: () throws(StatementLimitError) -> T) throws(TrainingError) -> T {
        do {
            return try body()
        } catch {
            let field = error.shape == .window ? "block_size" : "hidden_layer_sizes"
            throw TrainingError(.tooLarge, "\(error)", field: field)
        }
    }

    private static func reason(
        _ request: TrainingRequest,
        _ shape: StatementShape,
        _ blockSize: Int,
        _ isParallel: Bool,
        _ nanoseconds: Double
    ) -> String {
        let choice = request.shape == nil ? "auto means step in this version" : "asked for"
        switch shape {
        case .window: return "\(choice): \(blockSize) iterations nested in one statement"
        case .step:
            let estimate = "an iteration is estimated at \((nanoseconds / 1e5).rounded() / 10) ms"
            return isParallel
                ? "\(choice); \(estimate), so it runs in parallel workers"
                : "\(choice); \(estimate) or can't be split, so it runs in one process"
        }
    }
}
