import JSONTree
import Networks

/// The solvers by name, and the options that each has.
enum SolverKind: String, CaseIterable {
    case adam, sgd, rmsprop, adagrad, adamw

    /// Options besides the rate, which every one has.
    fileprivate var options: Set<String> {
        switch self {
        case .sgd: ["momentum", "nesterov"]
        case .rmsprop: ["rho", "epsilon"]
        case .adagrad: ["epsilon"]
        case .adam, .adamw: ["beta1", "beta2", "epsilon"]
        }
    }
}

extension Solver {
    /// Reads a solver and its options.
    /// - Throws: `TrainingError`, also for an option of another solver.
    init(
        _ options: inout OptionReader,
        unasked kind: SolverKind,
        momentum unaskedMomentum: Double
    ) throws(TrainingError) {
        let share = 0..<1.0
        let words = "a number from 0 to below 1"
        let kind = try options.choice("solver", SolverKind.self) ?? kind
        let momentum = try options.number("momentum", share, words)
        let nesterov = try options.bool("nesterov")
        let rho = try options.number("rho", share, words)
        let beta1 = try options.number("beta1", share, words)
        let beta2 = try options.number("beta2", share, words)
        let epsilon = try options.number("epsilon", Double.leastNormalMagnitude...1, "a number above 0, at most 1")
        let given = [
            "momentum": momentum != nil, "nesterov": nesterov != nil, "rho": rho != nil, "beta1": beta1 != nil,
            "beta2": beta2 != nil, "epsilon": epsilon != nil,
        ]
        try OptionReader.refuseOthers(given, of: kind, "solver", \.options)
        let small = epsilon ?? 1e-8
        switch kind {
        case .sgd: self = .sgd(momentum: momentum ?? unaskedMomentum, nesterov: nesterov ?? true)
        case .rmsprop: self = .rmsprop(rho: rho ?? 0.9, epsilon: small)
        case .adagrad: self = .adagrad(epsilon: small)
        case .adam: self = .adam(beta1: beta1 ?? 0.9, beta2: beta2 ?? 0.999, epsilon: small)
        case .adamw: self = .adamw(beta1: beta1 ?? 0.9, beta2: beta2 ?? 0.999, epsilon: small)
        }
    }

    /// The solver as options of a request.
    var options: [(name: String, value: JSON)] {
        switch self {
        case .sgd(let momentum, let nesterov):
            [("solver", "sgd"), ("momentum", .number(momentum)), ("nesterov", .bool(nesterov))]
        case .rmsprop(let rho, let epsilon):
            [("solver", "rmsprop"), ("rho", .number(rho)), ("epsilon", .number(epsilon))]
        case .adagrad(let epsilon): [("solver", "adagrad"), ("epsilon", .number(epsilon))]
        case .adam(let beta1, let beta2, let epsilon):
            [("solver", "adam"), ("beta1", .number(beta1)), ("beta2", .number(beta2)), ("epsilon", .number(epsilon))]
        case .adamw(let beta1, let beta2, let epsilon):
            [("solver", "adamw"), ("beta1", .number(beta1)), ("beta2", .number(beta2)), ("epsilon", .number(epsilon))]
        }
    }
}
