import JSONTree
import Networks

/// The schedules by name.
enum ScheduleKind: String, CaseIterable {
    case constant, invscaling, exponential, step, cosine, adaptive

    /// The options that the schedule has.
    var options: Set<String> {
        switch self {
        case .constant, .cosine, .adaptive: []
        case .invscaling: ["power_t"]
        case .exponential: ["gamma"]
        case .step: ["step_size", "gamma"]
        }
    }
}

extension Schedule {
    /// Reads `learning_rate` and its options.
    /// - Parameter epochs: of the run, at most; `cosine` ends with them.
    /// - Throws: `TrainingError`, also for an option of another schedule.
    init(_ options: inout OptionReader, epochs: Int) throws(TrainingError) {
        let kind = try options.choice("learning_rate", ScheduleKind.self) ?? .constant
        let power = try options.number("power_t", 0...100, "a number from 0 to 100")
        let share = Double.leastNormalMagnitude...1
        let gamma = try options.number("gamma", share, "a number above 0, at most 1")
        let size = try options.integer("step_size", 1...1_000_000)
        let given = ["power_t": power != nil, "gamma": gamma != nil, "step_size": size != nil]
        try OptionReader.refuseOthers(given, of: kind, "learning_rate", \.options)
        switch kind {
        case .constant: self = .constant
        case .invscaling: self = .invscaling(power: power ?? 0.5)
        case .exponential: self = .exponential(gamma: gamma ?? 0.99)
        case .step: self = .step(size: size ?? 10, gamma: gamma ?? 0.5)
        case .cosine: self = .cosine(epochs: epochs)
        case .adaptive: self = .adaptive
        }
    }

    /// The schedule as options of a request.
    var options: [(name: String, value: JSON)] {
        switch self {
        case .constant: [("learning_rate", "constant")]
        case .invscaling(let power): [("learning_rate", "invscaling"), ("power_t", .number(power))]
        case .exponential(let gamma): [("learning_rate", "exponential"), ("gamma", .number(gamma))]
        case .step(let size, let gamma):
            [("learning_rate", "step"), ("step_size", .integer(size)), ("gamma", .number(gamma))]
        case .cosine: [("learning_rate", "cosine")]
        case .adaptive: [("learning_rate", "adaptive")]
        }
    }
}
