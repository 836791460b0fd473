/// scikit-learn's rule: stop when the loss has not improved by `tol` for more than `patience` epochs in a row.
struct StopRule: Sendable {
    private let tol: Double
    private let patience: Int
    private var best = Double.infinity
    /// The last epoch whose loss was a gain.
    private var lastGain = 0

    init(tol: Double, patience: Int) {
        self.tol = tol
        self.patience = patience
    }

    /// Takes the loss of an epoch. Blocks of several iterations tell that of their first one only; the epochs between
    /// count all the same.
    /// - Returns: whether to stop now.
    mutating func shouldStop(loss: Double, epoch: Int) -> Bool {
        guard tol > 0 else { return false }
        if loss <= best - tol { lastGain = epoch }
        best = min(best, loss)
        return epoch - lastGain > patience
    }
}
