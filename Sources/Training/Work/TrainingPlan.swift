import Autodiff
import Lowering
import Networks
import SQLText

/// How a run is trained: the network, its rows, and the forms that the statement may take.
struct TrainingPlan: Sendable {
    let step: TrainingStep
    let batching: Batching
    /// Every form with its estimate; those that can't be used say why.
    let candidates: [Candidate]
    /// The shape that was asked for; nil leaves it to the selection.
    let asked: StatementShape?
    let isDeterministic: Bool
    private let blockSize: Int?
    private let lowering: Lowering
    private let source: RowSource

    /// Parameters beyond this make scalar statements that take minutes to plan.
    static let maximumParameters = 20_000
    /// What the result rows of one statement may take, in bytes.
    private static let maximumResultBytes = 64 << 20
    /// Iterations of a window or block statement if the request does not say.
    static let defaultBlockSize = 10

    /// What the plan needs to know about the server.
    struct Server: Sendable {
        /// Parallel workers that it gives one statement; 0 for none.
        let workers: Int
        /// Whether it can compile expressions.
        let canCompile: Bool
    }

    /// Plans a run.
    /// - Throws: `TrainingError` if no statement could carry the network.
    init(
        _ request: TrainingRequest,
        task: TaskKind,
        layerSizes: [Int],
        rows: Int,
        server: Server,
        table: QualifiedName
    ) throws {
        let layout = ParameterLayout(layerSizes: layerSizes)
        guard layout.count <= Self.maximumParameters else { throw Self.tooWide(layout.count) }
        step = try TrainingStep(request.network(task: task, layerSizes: layerSizes))
        lowering = Lowering(step)
        batching = request.batching(rows: rows)
        source = RowSource(table: table, batches: batching.count)
        asked = request.shape
        isDeterministic = request.isDeterministic
        blockSize = request.blockSize
        let iterations = request.maxIter.multipliedReportingOverflow(by: batching.count)
        let costs = CostModel(
            rowCost: lowering.estimatedRowCost,
            operations: lowering.operationCount,
            updateOperations: lowering.updateOperationCount,
            rows: min(rows, batching.size),
            iterations: iterations.overflow ? .max : iterations.partialValue,
            workers: server.workers
        )
        candidates = Self.forms(server).map { [lowering, source, blockSize, isDeterministic, batching] form in
            let length = blockSize ?? (form.shape == .recursive ? costs.iterationsPerStatement(form) : Self.defaultBlockSize)
            var obstacle: String?
            if form.isParallel, isDeterministic {
                obstacle = "sums of parallel workers depend on who gets which rows"
            } else if form.isCompiled, costs.operations > CostModel.mostCompiledOperations {
                obstacle = "compiling \(costs.operations) operations would take longer than it saves"
            } else if form.shape == .window, batching.isPartial {
                obstacle = "a window statement reads all rows, and mini-batches are asked for"
            } else {
                obstacle = Self.obstacle(form, lowering, source, iterations: min(length, request.maxIter))
            }
            return Candidate(
                form: form,
                estimated: costs.estimate(form, iterationsPerStatement: length) / 1e6,
                obstacle: obstacle
            )
        }
        try checkAsked(request)
    }

    /// How the run's rows are stored.
    var layout: SnapshotLayout { SnapshotLayout(batching: batching, isDeterministic: isDeterministic) }

    /// Every form that the server could run.
    private static func forms(_ server: Server) -> [StatementForm] {
        var forms = [StatementForm(.step)]
        if server.workers > 0 { forms.append(StatementForm(.step, isParallel: true)) }
        forms.append(StatementForm(.recursive))
        if server.canCompile { forms.append(StatementForm(.recursive, isCompiled: true)) }
        return forms + [StatementForm(.block), StatementForm(.window)]
    }

    private static func obstacle(
        _ form: StatementForm,
        _ lowering: Lowering,
        _ source: RowSource,
        iterations: Int
    ) -> String? {
        do {
            if form.shape == .window { try checkWidth(lowering.step, dialect: lowering.dialect) }
            let statement = try lowering.statement(form.shape, source, iterations: iterations)
            return form.isParallel && !statement.parallelSafe
                ? "its sums travel in one array, which one process adds up" : nil
        } catch {
            return "\(error)"
        }
    }

    /// A shape that was asked for and can't be had is an error of the request; so is a network that fits none.
    private func checkAsked(_ request: TrainingRequest) throws {
        let usable = candidates.contains { $0.obstacle == nil && (asked == nil || $0.form.shape == asked) }
        guard !usable else { return }
        let shape = asked ?? .step
        if shape == .window { try Self.checkWidth(step, dialect: lowering.dialect) }
        _ = try statement(shape, iterations: min(blockSize ?? Self.defaultBlockSize, request.maxIter))
        throw TrainingError(.tooLarge, "no statement can carry this network", field: "hidden_layer_sizes")
    }

    /// Iterations per statement, to be adjusted to what is measured.
    func sizer(_ candidate: Candidate) -> BlockSizer {
        let perResult = 8 * (step.layout.count + step.stateCount) + 64
        let most: Int
        switch candidate.form.shape {
        // With mini-batches several go into one transaction, each a statement of its own.
        case .step: most = batching.isPartial ? batching.count : 1
        case .window, .block: most = Self.defaultBlockSize
        case .recursive: most = Self.maximumResultBytes / perResult
        }
        let fixed = candidate.form.shape == .window ? blockSize ?? Self.defaultBlockSize : blockSize
        return BlockSizer(fixed: fixed, maximum: most, estimate: candidate.estimated * 1e6)
    }

    /// The statement of a shape.
    func statement(_ shape: StatementShape, iterations: Int) throws -> LoweredStatement {
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
            let nests = error.shape == .window || error.shape == .block
            throw TrainingError(.tooLarge, "\(error)", field: nests ? "block_size" : "hidden_layer_sizes")
        }
    }
}

extension Selection {
    /// The selection of a plan.
    /// - Parameters:
    ///   - known: what an earlier attempt at the run has found out.
    ///   - iterations: epochs that are left.
    init(_ plan: TrainingPlan, known: [Candidate] = [], iterations epochs: Int) {
        let (iterations, overflow) = epochs.multipliedReportingOverflow(by: plan.batching.count)
        self.init(
            known.contains(where: \.isChosen) ? known : plan.candidates,
            asked: plan.asked,
            isDeterministic: plan.isDeterministic,
            iterations: overflow ? .max : iterations
        )
    }
}
