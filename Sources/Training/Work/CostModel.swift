import Lowering

/// Estimates how long an iteration takes in each form, from what was measured of PostgreSQL (docs/findings.md). Only
/// ratios matter: where two forms come out close, they are timed.
struct CostModel: Sendable {
    /// Nanoseconds of work per row.
    let rowCost: Double
    /// Operations of the whole iteration: each is set up anew in every execution of a statement.
    let operations: Int
    /// Operations on one row, after the rows are summed.
    let updateOperations: Int
    /// Rows that an iteration reads.
    let rows: Int
    /// Iterations that the run will do.
    let iterations: Int
    /// Parallel workers that the server gives one statement; 0 for none.
    let workers: Int

    /// BEGIN, the fence, a statement, COMMIT: round trips and a flush of the log.
    private static let transaction = 1.5e6
    /// Setting up an operation in the executor.
    private static let setUp = 250.0
    /// Computing an operation once.
    private static let once = 10.0
    /// Restarting a subquery inside a statement.
    private static let rescan = 5e4
    /// Starting a worker and taking its result.
    private static let worker = 4e6
    /// What a worker does of the work that the leader does meanwhile.
    private static let workerShare = 0.55
    /// Compiling an operation.
    private static let compiling = 1.5e6
    /// What is left of the work per row when it is compiled.
    private static let compiled = 0.7
    /// Compiling a large statement takes longer than it saves, and what comes of it runs slower.
    static let mostCompiledOperations = 500
    /// Every level of a window statement carries the data and the weights of every row along.
    private static let window = 4.5

    /// Nanoseconds per iteration.
    func estimate(_ form: StatementForm, iterationsPerStatement: Int) -> Double {
        let perRow = rowCost * Double(rows)
        let update = Self.once * Double(updateOperations)
        let setUp = Self.setUp * Double(operations)
        let share = 1 / Double(max(1, min(iterationsPerStatement, iterations)))
        switch form.shape {
        case .step:
            let processes = form.isParallel ? 1 + Double(workers) * Self.workerShare : 1
            let workers = form.isParallel ? Self.worker + setUp * Double(workers) : 0
            return perRow / processes + update + setUp + workers + Self.transaction
        case .window: return perRow * Self.window + setUp + Self.transaction * share
        case .block: return perRow + update + setUp + Self.rescan + Self.transaction * share
        case .recursive:
            let work = perRow * (form.isCompiled ? Self.compiled : 1)
            let compiling = form.isCompiled ? Self.compiling * Double(operations) : 0
            return work + update + Self.rescan + (Self.transaction + setUp + compiling) * share
        }
    }

    /// How many iterations a recursive statement will do when it has found its length.
    func iterationsPerStatement(_ form: StatementForm) -> Int {
        // What a statement costs once is part of its length.
        let once = estimate(form, iterationsPerStatement: 1) - estimate(form, iterationsPerStatement: .max)
        let each = max(1, estimate(form, iterationsPerStatement: .max) - once / Double(max(iterations, 1)))
        let length = BlockSizer.target(form) / .nanoseconds(1)
        return max(1, Int(min(max(0, length - once) / each, 1e9)))
    }
}
