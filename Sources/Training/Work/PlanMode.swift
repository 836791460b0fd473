import Lowering

/// Whether the server plans a prepared statement once or for every execution. The values are PostgreSQL's, of
/// `plan_cache_mode`.
enum PlanMode: String {
    case generic = "force_generic_plan"
    /// The parameters are constants to the planner, which computes beforehand what is the same for every row.
    case custom = "force_custom_plan"

    /// Planning takes as long as a few hundred rows, of a wide network as of a narrow one; what it saves is a tenth of
    /// the work on rows.
    private static let worthPlanning = 20_000

    /// - Parameter rowsPerIteration: how many rows a statement of shape `step` reads.
    init(_ shape: StatementShape, _ lowering: Lowering, rowsPerIteration: Int) {
        // Chains compute what is the same for every row beside the row of the iteration before.
        let folds = shape == .step && rowsPerIteration >= Self.worthPlanning && lowering.hasRowInvariants
        self = folds ? .custom : .generic
    }
}
