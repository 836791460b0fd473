import JSONTree
import Lowering
import Testing

@testable import Training

/// Every loss, solver, activation and limit on the gradient that a request can name, as whole runs.
@Suite struct LossAndSolverTests {
    private static let table = """
        CREATE TABLE points AS
        SELECT sin(i) * 3 AS a, cos(i * 3) * 7 + 2 AS b, (ARRAY['u', 'v', 'w'])[i % 3 + 1] AS three,
               sin(i) - cos(i * 3) > 0.1 AS two, sin(i) * 2 - cos(i * 3) AS r
        FROM generate_series(1, 90) AS i
        """

    static let options: [(label: String, options: JSON)] = [
        ("two", ["loss": "logistic"]),
        ("two", ["loss": "logistic", "label_smoothing": 0.2, "solver": "rmsprop", "rho": 0.8]),
        ("two", ["loss": "cross_entropy", "label_smoothing": 0.1, "solver": "adamw", "l2_reg": 0.1]),
        ("three", ["label_smoothing": 0.1, "solver": "adagrad", "l1_reg": 0.01]),
        ("three", ["clip_norm": 0.05, "solver": "sgd", "learning_rate_init": 0.5, "activation": "elu"]),
        ("r", ["loss": "huber", "activation": "gelu", "batch_size": 20]),
        ("r", ["loss": "absolute_error", "activation": "leaky_relu", "l1_reg": 0.01, "l2_reg": 0.01]),
        ("two", ["learning_rate": "exponential", "gamma": 0.7, "solver": "sgd", "learning_rate_init": 0.5]),
        ("two", ["learning_rate": "step", "step_size": 2, "batch_size": 30]),
        ("three", ["learning_rate": "cosine", "batch_size": 25, "shuffle": "every epoch"]),
        ("r", ["learning_rate": "invscaling", "power_t": 0.3, "solver": "rmsprop"]),
        ("r", ["activation": "softplus", "clip_norm": 0.1, "solver": "rmsprop"]),
    ]

    @Test(arguments: options.indices, [StatementShape.step, .recursive])
    func trains(_ number: Int, _ shape: StatementShape) async throws {
        let (label, options) = Self.options[number]
        try await Desk.open { desk in
            try await desk.script(Self.table)
            var body: JSON = [
                "source": ["table": "points"], "features": ["a", "b"], "label": .string(label), "max_iter": 6,
                "hidden_layer_sizes": [3], "seed": 5, "shape": .string(shape.rawValue),
            ]
            for (name, value) in options.objectValue ?? [:] { body.set(name, value) }
            let run = try await desk.train(body)
            try await AgainstReferenceTests.check(run, on: desk)
            for (name, value) in options.objectValue ?? [:] where !["batch_size", "activation"].contains(name) {
                #expect(run.spec[name] == value, "the run shows what was asked for")
            }
            let request = try TrainingRequest(run.spec)
            for metric in try await desk.metrics(run.id) where metric.epoch < run.epoch {
                let rate = request.learningRate * request.schedule.factor(epoch: metric.epoch)
                #expect(metric.learningRate == rate, "epoch \(metric.epoch)")
            }
            #expect(run.learningRate == request.learningRate * request.schedule.factor(epoch: run.epoch - 1))
        }
    }

    @Test func theLossTellsTheTask() async throws {
        try await Desk.open { desk in
            try await desk.script(
                "CREATE TABLE t AS SELECT i AS x, i % 3 AS y, i % 2 AS z FROM generate_series(1, 30) AS i"
            )
            func body(_ loss: String, label: String = "y") -> JSON {
                [
                    "source": ["table": "t"], "features": ["x"], "label": .string(label), "loss": .string(loss),
                    "max_iter": 1, "hidden_layer_sizes": [],
                ]
            }
            #expect(try await desk.train(body("huber")).task == .regression)
            #expect(try await desk.train(body("cross_entropy")).layerSizes == [1, 3])
            let logistic = try await desk.train(body("logistic", label: "z"))
            #expect(logistic.task == .classification)
            #expect(logistic.layerSizes == [1, 1])

            let three = try await desk.train(body("logistic"))
            #expect(three.state == .failed)
            #expect(three.error?["code"]?.stringValue == "irrelevant_option")
            #expect(three.error?["field"]?.stringValue == "loss")

            let smoothed = await #expect(throws: TrainingError.self) {
                try await desk.train(body("huber").with(["label_smoothing": 0.1]))
            }
            #expect(smoothed?.field == "label_smoothing")
        }
    }
}
