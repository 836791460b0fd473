/// Watches the losses of a run, epoch by epoch, and says when they no longer fall: time to stop, or to go on with a
/// smaller learning rate.
struct Watch: Sendable {
    /// Which losses are watched.
    let split: Split
    /// Whether no more epochs are wanted.
    private(set) var isStopped = false
    /// What the learning rate is multiplied by for the epochs to come.
    private(set) var factor = 1.0
    private var rule: StopRule
    /// The initial rate, if it adapts.
    private let adapting: Double?

    /// scikit-learn's, for `adaptive`.
    private static let divisor = 5.0
    private static let smallestRate = 1e-6

    init(_ request: TrainingRequest) {
        split = request.earlyStopping ? .validation : .train
        rule = StopRule(tol: request.tol, patience: request.patience, isEarlyStopping: request.earlyStopping)
        adapting = request.schedule == .adaptive ? request.learningRate : nil
    }

    /// Counts anew from an epoch on: a person wants the run to go on.
    mutating func restart(after epoch: Int) {
        rule.restart(after: epoch)
        isStopped = false
    }

    /// Takes the loss of an epoch.
    /// - Returns: whether it changes anything: stops the run, or the rate.
    @discardableResult
    mutating func take(loss: Double, epoch: Int) -> Bool {
        guard rule.shouldStop(loss: loss, epoch: epoch) else { return false }
        if let adapting, adapting * factor > Self.smallestRate {
            factor /= Self.divisor
            rule.restart(after: epoch)
        } else {
            isStopped = true
        }
        return true
    }

    /// The first epoch whose loss changes something; nil if all go on alike.
    /// - Parameter losses: of epochs in order.
    func interruption(_ losses: [(epoch: Int, loss: Double)]) -> Int? {
        var copy = self
        for (epoch, loss) in losses where copy.take(loss: loss, epoch: epoch) { return epoch }
        return nil
    }
}
