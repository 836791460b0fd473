/// scikit-learn's rule: stop when the loss has not improved by `tol` for more than `patience` epochs in a row. A `tol` of 0
/// never stops, unless the loss is that of rows that are held out: then any improvement counts.
struct StopRule: Sendable {
    private let tol: Double
    private let patience: Int
    private var best = Double.infinity
    /// The last epoch whose loss was a gain.
    private var lastGain = 0
    private let isEarlyStopping: Bool

    init(tol: Double, patience: Int, isEarlyStopping: Bool = false) {
        self.isEarlyStopping = isEarlyStopping
        self.tol = tol
        self.patience = patience
    }

    /// Takes the loss of an epoch. Blocks of several iterations tell that of their first one only; the epochs between
    /// count all the same.
    /// - Returns: whether to stop now.
    mutating func shouldStop(loss: Double, epoch: Int) -> Bool {
        guard tol > 0 || isEarlyStopping else { return false }
        if tol > 0 ? loss <= best - tol : loss < best { lastGain = epoch }
        best = min(best, loss)
        return epoch - lastGain > patience
    }

    /// Counts anew from an epoch on.
    mutating func restart(after epoch: Int) { lastGain = epoch }
}
