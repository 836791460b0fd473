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
    /// Which epochs' parameters are kept.
    let history: HistoryPolicy
    private let blockSize: Int?
    private let rows: Int
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
    /// - Parameters:
    ///   - columns: those of the snapshot that hold features; nil if each is an input.
    ///   - known: the forms as an earlier plan of the run has found them: to write their statements takes time.
    /// - Throws: `TrainingError` if no statement could carry the network.
    init(
        _ request: TrainingRequest,
        task: TaskKind,
        layerSizes: [Int],
        columns: [InputColumn]?,
        rows: Int,
        server: Server,
        table: QualifiedName,
        known: [Candidate] = []
    ) throws {
        let layout = ParameterLayout(layerSizes: layerSizes)
        guard layout.count <= Self.maximumParameters else { throw Self.tooWide(layout.count) }
        batching = request.batching(rows: rows)
        step = try TrainingStep(
            request.network(
                task: task,
                layerSizes: layerSizes,
                columns: columns,
                iterationsPerEpoch: batching.count
            )
        )
        lowering = Lowering(step)
        source = RowSource(table: table, batches: batching.count)
        asked = request.shape
        isDeterministic = request.isDeterministic
        history = request.history
        blockSize = request.blockSize
        self.rows = rows
        guard known.isEmpty else {
            candidates = known
            return
        }
        let iterations = request.maxIter.multipliedReportingOverflow(by: batching.count)
        let costs = CostModel(
            rowCost: lowering.estimatedRowCost,
            operations: lowering.operationCount,
            updateOperations: lowering.updateOperationCount,
            rows: min(rows, batching.size),
            iterations: iterations.overflow ? .max : iterations.partialValue,
            workers: server.workers
        )
        var limits = FormLimits(lowering, source, request)
        candidates = Self.forms(server).map { [blockSize] form in
            let length = Self.iterationsPerStatement(form, costs, blockSize)
            return Candidate(
                form: form,
                estimated: costs.estimate(form, iterationsPerStatement: length) / 1e6,
                obstacle: limits.obstacle(form, operations: costs.operations)
            )
        }
        try checkAsked(request)
    }

    private static func iterationsPerStatement(_ form: StatementForm, _ costs: CostModel, _ asked: Int?) -> Int {
        if let asked { return asked }
        return form.shape == .recursive ? costs.iterationsPerStatement(form) : defaultBlockSize
    }

    /// How the run's rows are stored.
    var layout: SnapshotLayout { SnapshotLayout(batching: batching, isDeterministic: isDeterministic) }

    /// How the server plans statements of a form.
    func planMode(_ form: StatementForm) -> PlanMode {
        PlanMode(form.shape, lowering, rowsPerIteration: min(rows, batching.size))
    }

    /// Every form that the server could run.
    private static func forms(_ server: Server) -> [StatementForm] {
        var forms = [StatementForm(.step)]
        if server.workers > 0 { forms.append(StatementForm(.step, isParallel: true)) }
        forms.append(StatementForm(.recursive))
        if server.canCompile { forms.append(StatementForm(.recursive, isCompiled: true)) }
        return forms + [StatementForm(.block), StatementForm(.window)]
    }

    /// A shape that was asked for and can't be had is an error of the request; so is a network that fits none.
    private func checkAsked(_ request: TrainingRequest) throws {
        let usable = candidates.contains { $0.obstacle == nil && (asked == nil || $0.form.shape == asked) }
        guard !usable else { return }
        let shape = asked ?? .step
        if shape == .window { try FormLimits.checkWidth(step, dialect: lowering.dialect) }
        _ = try statement(shape, iterations: min(blockSize ?? Self.defaultBlockSize, request.maxIter))
        throw TrainingError(.tooLarge, "no statement can carry this network", field: "hidden_layer_sizes")
    }

    /// How long a statement may last before it is taken for a runaway: far more than any form is estimated to need.
    var timeLimitMilliseconds: Int {
        let iterations = blockSize ?? Self.defaultBlockSize
        let slowest = candidates.reduce(0) { max($0, $1.estimated) }
        return Int(min(600_000 + 50 * slowest * Double(iterations), Double(Int32.max)))
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
        return BlockSizer(
            target: BlockSizer.target(candidate.form),
            fixed: fixed,
            maximum: most,
            estimate: candidate.estimated * 1e6
        )
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

    /// The forward pass that measures any number of parameters on other rows of the same kind.
    func evaluations(_ source: RowSource, of parameters: SQL) throws -> LoweredStatement {
        try Self.limited { () throws(StatementLimitError) in try lowering.evaluations(source, of: parameters) }
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
    /// - Parameter length: what the caller calls the number of iterations in a statement.
    static func limited<T>(
        length: String = "block_size",
        _ body: () throws(StatementLimitError) -> T
    ) throws(TrainingError) -> T {
        do {
            return try body()
        } catch {
            let nests = error.shape == .window || error.shape == .block
            throw TrainingError(
                .tooLarge,
                "\(error)".replacing("block_size", with: length),
                field: nests ? length : "hidden_layer_sizes"
            )
        }
    }
}

extension Selection {
    /// The selection of a plan.
    /// - Parameter epochs: epochs that are left.
    init(_ plan: TrainingPlan, iterations epochs: Int) {
        let (iterations, overflow) = epochs.multipliedReportingOverflow(by: plan.batching.count)
        self.init(
            plan.candidates,
            asked: plan.asked,
            isDeterministic: plan.isDeterministic,
            iterations: overflow ? .max : iterations
        )
    }
}
