import JSONTree
import Training

/// Small data: iris, 150 rows, 4-20-3, a thousand full-batch iterations of which every one is stored.
///
/// The promise is in milliseconds, which mean little on a machine that others use; so numpy does the same work in turns,
/// and a loop that no database has a part in tells how fast the machine was.
enum IrisSection {
    private static let rate = 0.1
    private static let hidden = 20

    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        let iterations = laboratory.isQuick ? 200 : 1000
        let body: JSON = [
            "source": ["table": .string(try await laboratory.irisTable())], "label": "species",
            "hidden_layer_sizes": [.integer(hidden)], "solver": "sgd", "momentum": 0,
            "learning_rate_init": .number(rate), "batch_size": "full", "tol": 0, "seed": 1,
            "max_iter": .integer(iterations),
        ]
        var ours = Series("an iteration, every one of them committed", .milliseconds)
        var numpy = Series("numpy: an iteration, its history kept in memory", .milliseconds)
        var loop: [Double] = []
        var reason = ""
        try await laboratory.withPeer("iris.py") { peer in
            try await laboratory.eachRound {
                let run = try await laboratory.train(body)
                ours.values.append(run.milliseconds / Double(iterations))
                reason = "\(run.run.shape?.rawValue ?? "?"): \(run.run.shapeReason ?? "?")"
                let initial = try await laboratory.service.parameters(run.run.id, .number(0)).weights
                let answer = try await peer.ask([
                    "path": .string(Places.iris), "weights": .array(initial.map(JSON.number)),
                    "hidden": .integer(hidden), "iterations": .integer(iterations), "rate": .number(rate),
                ])
                guard let time = answer["milliseconds"]?.doubleValue, let loss = answer["loss"]?.doubleValue else {
                    throw BenchmarkError("iris.py answered \(answer.compact)")
                }
                try Agreement.check(run.run.loss, loss)
                numpy.values.append(time / Double(iterations))
                loop.append(ReferenceLoop.nanoseconds())
            }
        }
        let reference = Statistics.text(Statistics.median(loop), digits: 2)
        return [
            Finding(
                .iris,
                "iris 4-20-3, an iteration of 1,000",
                ours: ours,
                measure: .itself,
                target: .atMost(1),
                notes: [reason, "in the same rounds a dependent multiply-add took \(reference) ns"]
            ),
            Finding(.iris, "the same, against numpy", ours: ours, theirs: numpy, measure: .ratio),
        ]
    }
}

/// A fixed piece of arithmetic, to compare machines by.
enum ReferenceLoop {
    /// One multiplication and one addition, each waiting for the one before.
    static func nanoseconds(count: Int = 20_000_000) -> Double {
        let started = ContinuousClock.now
        var value = Double(count)
        for _ in 0..<count { value = value * 0.999 + 0.5 }
        let elapsed = started.duration(to: .now) / .nanoseconds(1)
        // The result must be used, or the loop is left out.
        precondition(value.isFinite)
        return elapsed / Double(count)
    }
}
