import Lowering
import Networks

/// Tells which forms can't be used for a run, and why, before any of them is sent.
struct FormLimits {
    private let lowering: Lowering
    private let source: RowSource
    private let request: TrainingRequest
    /// What was found of a shape's statement: a wide one takes a while to write.
    private var statements: [StatementShape: Result<LoweredStatement, any Error>] = [:]

    init(_ lowering: Lowering, _ source: RowSource, _ request: TrainingRequest) {
        self.lowering = lowering
        self.source = source
        self.request = request
    }

    /// Why a form can't be used; nil if it can. Shapes that would not be chosen anyway are not tried.
    /// - Parameter operations: operations of an iteration.
    mutating func obstacle(_ form: StatementForm, operations: Int) -> String? {
        if form.isParallel, request.isDeterministic {
            return "sums of parallel workers depend on who gets which rows"
        }
        if form.isCompiled, operations > CostModel.mostCompiledOperations {
            return "compiling \(operations) operations would take longer than it saves"
        }
        if form.shape == .window, source.batches > 1 {
            return "a window statement reads all rows, and there are mini-batches"
        }
        guard request.shape == nil ? !form.shape.isForOtherEngines : request.shape == form.shape else { return nil }
        do {
            let statement = try statement(form.shape).get()
            return form.isParallel && !statement.parallelSafe
                ? "its sums travel in one array, which one process adds up" : nil
        } catch {
            return "\(error)"
        }
    }

    private mutating func statement(_ shape: StatementShape) -> Result<LoweredStatement, any Error> {
        if let known = statements[shape] { return known }
        let iterations = min(request.blockSize ?? TrainingPlan.defaultBlockSize, request.maxIter)
        let found = Result<LoweredStatement, any Error> {
            if shape == .window { try Self.checkWidth(lowering.step, dialect: lowering.dialect) }
            return try lowering.statement(shape, source, iterations: iterations)
        }
        statements[shape] = found
        return found
    }

    /// Every level of a window statement carries all parameters and the solver's state: found out before all of its
    /// iterations are written.
    static func checkWidth(_ step: TrainingStep, dialect: Dialect) throws(TrainingError) {
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
}
