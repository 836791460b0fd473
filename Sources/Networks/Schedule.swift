import RealModule

/// How the learning rate changes from epoch to epoch. Epochs are counted from 0 here: the first has the initial rate.
public enum Schedule: Sendable, Hashable, Codable {
    /// The initial rate throughout.
    case constant
    /// initial / (epoch + 1)^power, as scikit-learn's `invscaling` by epochs.
    case invscaling(power: Double)
    /// initial · gamma^epoch
    case exponential(gamma: Double)
    /// initial · gamma^⌊epoch / size⌋
    case step(size: Int, gamma: Double)
    /// initial · (1 + cos(π · epoch / epochs)) / 2 (Loshchilov and Hutter 2017, without restarts)
    case cosine(epochs: Int)
    /// Divided whenever the loss no longer falls, by whoever watches it: the graph takes the rate as it comes.
    case adaptive

    /// Whether the rate of an iteration is what it is given.
    var leavesRate: Bool { self == .constant || self == .adaptive }

    /// What the initial rate is multiplied by in an epoch.
    public func factor(epoch: Int) -> Double {
        let passed = Double(epoch)
        return switch self {
        case .constant, .adaptive: 1
        case .invscaling(let power): Double.pow(passed + 1, -power)
        case .exponential(let gamma): Double.exp(max(-100, passed * Double.log(gamma)))
        case .step(let size, let gamma): Double.exp(max(-100, Double(epoch / size) * Double.log(gamma)))
        case .cosine(let epochs): (1 + Double.cos(Double.pi * (passed / Double(epochs)))) / 2
        }
    }

    func validate() throws(NetworkSpecError) {
        switch self {
        case .constant, .adaptive: break
        case .invscaling(let power):
            guard power >= 0, power.isFinite else {
                throw NetworkSpecError("power_t", "is \(power); it must be 0 or more")
            }
        case .exponential(let gamma): try Self.check(gamma: gamma)
        case .step(let size, let gamma):
            guard size >= 1 else { throw NetworkSpecError("step_size", "is \(size); it must be at least 1") }
            try Self.check(gamma: gamma)
        case .cosine(let epochs):
            guard epochs >= 1 else { throw NetworkSpecError("max_iter", "is \(epochs); it must be at least 1") }
        }
    }

    private static func check(gamma: Double) throws(NetworkSpecError) {
        guard gamma > 0, gamma <= 1 else {
            throw NetworkSpecError("gamma", "is \(gamma); it must be above 0 and at most 1")
        }
    }
}
