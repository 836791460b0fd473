import JSONTree
import Lowering
import Networks
import Postgres
import Testing

@testable import Training

/// Whole runs in the database against the same in plain Swift.
@Suite struct AgainstReferenceTests {
    /// Checks every stored epoch, the metrics and the solver's state of a run.
    static func check(_ run: Run, on desk: Desk) async throws {
        #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
        #expect(run.epoch == run.maxIter)
        let reference = try await Reference.of(run, on: desk, epochs: run.epoch)
        let weights = try await desk.weights(run.id)
        for (epoch, found) in weights {
            let gap = difference(found, reference.weights[epoch])
            #expect(gap < 1e-9, "epoch \(epoch): \(gap)")
        }
        for metric in try await desk.metrics(run.id) where metric.epoch < run.epoch {
            #expect(difference([metric.loss], [reference.losses[metric.epoch]]) < 1e-9, "epoch \(metric.epoch)")
            switch run.task {
            case .classification: #expect(difference([try #require(metric.accuracy)], [reference.metrics[metric.epoch]]) < 1e-12)
            case .regression:
                let variance = try #require(run.labelVariance)
                let r2 = 1 - reference.metrics[metric.epoch] / variance
                #expect(abs(try #require(metric.r2) - r2) < 1e-9)
            }
        }
        let state = try await desk.query("SELECT epoch, state FROM pgradient.solver_state WHERE run_id = \(run.id)")
        #expect(state.isEmpty == reference.state.isEmpty)
        if let row = state.first {
            #expect(try row.decode(Int.self, "epoch") == run.epoch)
            #expect(difference(try row.get("state"), reference.state) < 1e-9)
        }
    }

    @Test(arguments: StatementShape.allCases) func theArticle(_ shape: StatementShape) async throws {
        try await Desk.shared { desk in
            let body: JSON = [
                "source": ["example": "article", "rows": 400], "max_iter": 20, "shape": .string(shape.rawValue),
            ]
            let run = try await desk.train(body)
            #expect(run.shape == shape)
            #expect(run.rows == 400)
            try await Self.check(run, on: desk)
            let epochs = try await desk.weights(run.id).keys.sorted()
            #expect(epochs == (shape == .window ? [0, 10, 20] : Array(0...20)))
        }
    }

    /// The row count makes the difference: workers gain more than they cost.
    @Test func theParallelForm() async throws {
        try await Desk.shared { desk in
            let body: JSON = ["source": ["example": "article", "rows": 30_000], "max_iter": 3, "shape": "step"]
            let run = try await desk.train(body)
            #expect(run.shapeReason?.hasPrefix("step in parallel workers, as asked for") == true, "\(run.shapeReason ?? "")")
            try await Self.check(run, on: desk)
        }
    }

    @Test func theSerialFormOfTheSame() async throws {
        try await Desk.open { desk in
            try await desk.script("ALTER DATABASE \(desk.database) SET max_parallel_workers_per_gather = 0")
            let body: JSON = ["source": ["example": "article", "rows": 30_000], "max_iter": 3, "shape": "step"]
            let run = try await desk.train(body)
            #expect(run.shapeReason?.contains("parallel") == false, "\(run.shapeReason ?? "")")
            try await Self.check(run, on: desk)
        }
    }

    /// Solvers, heads, activations and depths in many mixtures.
    static let mixtures: [JSON] = [
        ["solver": "adam", "label": "c", "hidden_layer_sizes": [5]],
        ["solver": "adam", "label": "r", "hidden_layer_sizes": [3, 2], "activation": ["tanh", "relu"]],
        ["solver": "adam", "label": "c", "hidden_layer_sizes": [], "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-4],
        ["solver": "adam", "label": "r", "hidden_layer_sizes": [4], "activation": "logistic", "l2_reg": 0.1],
        ["solver": "sgd", "label": "c", "hidden_layer_sizes": [4], "activation": "tanh"],
        ["solver": "sgd", "label": "c", "hidden_layer_sizes": [3, 3, 3], "nesterov": false, "init": "glorot"],
        ["solver": "sgd", "label": "r", "hidden_layer_sizes": [3], "momentum": 0, "init": "normal", "scale": 0.3],
        ["solver": "sgd", "label": "r", "hidden_layer_sizes": [], "momentum": 0.5, "standardize": false],
        ["solver": "sgd", "label": "c", "hidden_layer_sizes": [6], "activation": "identity", "init": "he"],
        ["solver": "adam", "label": "b", "hidden_layer_sizes": [4], "shape": "window", "block_size": 3],
        ["solver": "sgd", "label": "r", "hidden_layer_sizes": [3], "shape": "window", "block_size": 4, "l2_reg": 0.01],
        ["solver": "adam", "label": "b", "hidden_layer_sizes": [], "shape": "window", "block_size": 1],
        ["solver": "adam", "label": "b", "hidden_layer_sizes": [4], "shape": "block", "block_size": 3],
        ["solver": "sgd", "label": "r", "hidden_layer_sizes": [3], "shape": "block", "l2_reg": 0.01],
        ["solver": "adam", "label": "c", "hidden_layer_sizes": [2], "shape": "recursive", "block_size": 5],
        ["solver": "sgd", "label": "r", "hidden_layer_sizes": [3], "shape": "recursive", "deterministic": true],
        ["solver": "adam", "label": "c", "hidden_layer_sizes": [3], "shape": "recursive", "batch_size": 7],
        ["solver": "adam", "label": "r", "hidden_layer_sizes": [3], "shape": "recursive", "batch_size": 25, "block_size": 5],
        ["solver": "sgd", "label": "c", "hidden_layer_sizes": [3], "shape": "block", "batch_size": 25, "block_size": 4],
        ["solver": "adam", "label": "b", "hidden_layer_sizes": [3], "shape": "step", "batch_size": 16],
        ["solver": "adam", "label": "b", "hidden_layer_sizes": [3], "batch_size": 16, "shuffle": "every epoch"],
        ["solver": "sgd", "label": "r", "batch_size": 59, "shuffle": "every epoch", "shape": "step"],
        ["solver": "sgd", "label": "r", "hidden_layer_sizes": [2], "batch_size": 9, "deterministic": true],
        ["solver": "sgd", "label": "c", "hidden_layer_sizes": [2], "batch_size": 1000, "shape": "recursive"],
    ]

    @Test(arguments: mixtures) func anyMixture(_ options: JSON) async throws {
        try await Desk.shared { desk in
            try await desk.script(
                """
                SELECT pg_advisory_xact_lock(1); -- cases run at once
                CREATE TABLE IF NOT EXISTS mixed AS
                SELECT sin(i) AS x, cos(i * 1.7) * 10 + 4 AS y, (i * 37) % 11 AS z, (ARRAY['u', 'v', 'w'])[i % 3 + 1] AS c,
                       sin(i) * 2 - cos(i * 1.7) AS r, sin(i) > 0 AS b
                FROM generate_series(1, 60) AS i
                """
            )
            let body: JSON = [
                "source": ["table": "mixed"], "features": ["x", "y", "z"], "max_iter": 8, "learning_rate_init": 0.01,
                "tol": 0, "seed": 3,
            ]
            try await Self.check(desk.train(body.with(options)), on: desk)
        }
    }

    @Test func aHundredUnitsOnFourFeaturesAndThreeClasses() async throws {
        try await Desk.shared { desk in
            try await desk.script(
                """
                CREATE TABLE flowers AS
                SELECT k * 2 + sin(i) AS a, k - cos(i) AS b, sin(i * k) AS c, 0.3 * k AS d,
                       (ARRAY['setosa', 'versicolor', 'virginica'])[k + 1] AS species
                FROM generate_series(1, 10) AS i, generate_series(0, 2) AS k
                """
            )
            let run = try await desk.train(["source": ["table": "flowers"], "label": "species", "max_iter": 4])
            #expect(run.layerSizes == [4, 100, 3])
            #expect(run.classes == ["setosa", "versicolor", "virginica"])
            try await Self.check(run, on: desk)
        }
    }
}
