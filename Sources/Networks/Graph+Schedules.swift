import Autodiff
import RealModule

extension Graph {
    /// The learning rate of an iteration.
    /// - Parameters:
    ///   - rate: that of the first epoch.
    ///   - iteration: counted from 1.
    ///   - length: iterations per epoch.
    mutating func scheduled(
        _ schedule: Schedule,
        rate: NodeID,
        iteration: NodeID,
        iterationsPerEpoch length: Int
    ) -> NodeID {
        if schedule.leavesRate { return rate }
        let one = constant(1)
        let passed = floor(divide(subtract(iteration, one), constant(Double(length))))
        switch schedule {
        case .constant, .adaptive: return rate
        case .invscaling(let power):
            return divide(rate, exp(multiply(constant(power), log(add(passed, one)))))
        case .exponential(let gamma): return multiply(rate, exp(multiply(constant(Double.log(gamma)), passed)))
        case .step(let size, let gamma):
            let steps = floor(divide(passed, constant(Double(size))))
            return multiply(rate, exp(multiply(constant(Double.log(gamma)), steps)))
        case .cosine(let epochs):
            let share = divide(passed, constant(Double(epochs)))
            let wave = cosine(multiply(constant(Double.pi), share))
            return multiply(rate, divide(add(one, wave), constant(2)))
        }
    }
}
