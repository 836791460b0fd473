/// scikit-learn's rule: stop when the loss has not improved by `tol` for more than `patience` epochs in a row.
struct StopRule: Sendable {
    private let tol: Double
    private let patience: Int
    private var best = Double.infinity
    private var epochsWithoutGain = 0

    init(tol: Double, patience: Int) {
        self.tol = tol
        self.patience = patience
    }

    /// Takes the next epoch's loss.
    /// - Returns: whether to stop now.
    mutating func shouldStop(loss: Double) -> Bool {
        guard tol > 0 else { return false }
        epochsWithoutGain = loss > best - tol ? epochsWithoutGain + 1 : 0
        best = min(best, loss)
        return epochsWithoutGain > patience
    }
}
