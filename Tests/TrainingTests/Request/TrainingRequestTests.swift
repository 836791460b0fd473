import JSONTree
import Lowering
import Networks
import Testing

@testable import Training

/// What a request becomes, and that the stored form becomes the same again.
@Suite struct TrainingRequestTests {
    @Test func nothingAskedForIsTheArticle() throws {
        let request = try TrainingRequest([:])
        #expect(request.source == .example(.article, rows: 100_000))
        #expect(request.hiddenLayerSizes == [2])
        #expect(request.activations == [.relu])
        #expect(request.solver == .sgd(momentum: 0, nesterov: true))
        #expect(request.learningRate == 2)
        #expect(request.l2 == 1e-3)
        #expect(request.maxIter == 100)
        #expect(request.tol == 0)
        #expect(!request.standardize)
        #expect(request.initialization == .weights(ExampleData.articleWeights))
        #expect(request.seed == ExampleData.defaultSeed)
        #expect(request.shape == nil)
        #expect(request.blockSize == nil)
        #expect(request.batchSize == .full)
        #expect(request.shuffle == .once)
        #expect(!request.isDeterministic)
    }

    @Test func aTableHasTheDefaultsOfScikitLearn() throws {
        let request = try TrainingRequest(["source": ["table": "iris"], "label": "species"])
        #expect(request.source == .table("iris"))
        #expect(request.features == nil)
        #expect(request.task == nil)
        #expect(request.hiddenLayerSizes == [100])
        #expect(request.solver == .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8))
        #expect(request.learningRate == 0.001)
        #expect(request.l2 == 0)
        #expect(request.maxIter == 200)
        #expect(request.tol == 1e-4)
        #expect(request.patience == 10)
        #expect(request.batchSize == .auto)
        #expect(request.standardize)
        #expect(request.initialization == .byActivation)
    }

    @Test func sgdOnATableHasMomentum() throws {
        let request = try TrainingRequest(["source": ["table": "t"], "label": "y", "solver": "sgd"])
        #expect(request.solver == .sgd(momentum: 0.9, nesterov: true))
        #expect(request.learningRate == 0.001)
    }

    @Test func oneActivationIsForEveryLayer() throws {
        let request = try TrainingRequest(["hidden_layer_sizes": [3, 4], "activation": "tanh"])
        #expect(request.activations == [.tanh, .tanh])
        let each = try TrainingRequest(["hidden_layer_sizes": [3, 4], "activation": ["logistic", "identity"]])
        #expect(each.activations == [.logistic, .identity])
    }

    /// The article's weights fit the article's network and nothing else.
    @Test(
        arguments: [
            ["hidden_layer_sizes": [3]], ["features": ["x1"]], ["label": "x1"], ["task": "regression"],
            ["activation": "tanh", "hidden_layer_sizes": []],
        ] as [JSON]
    )
    func anotherNetworkOnTheExampleDrawsItsWeights(_ body: JSON) throws {
        #expect(try TrainingRequest(body).initialization == .byActivation)
    }

    static let requests: [String] = [
        #"{}"#,
        #"{"name": "a \"b\" ü", "seed": 9007199254740992, "hidden_layer_sizes": []}"#,
        #"{"source": {"example": "article", "rows": 10}, "hidden_layer_sizes": [3, 2], "activation": ["tanh", "relu"]}"#,
        #"{"label": "x1", "learning_rate_init": 0.1}"#,
        #"{"task": "regression", "features": ["x2"]}"#,
        #"{"solver": "adam", "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-7, "l2_reg": 1e-300}"#,
        #"{"solver": "sgd", "momentum": 0.3, "nesterov": false, "init": "normal", "scale": 0.5}"#,
        #"{"solver": "adamw", "beta1": 0.8, "l2_reg": 0.1, "l1_reg": 0.2, "clip_norm": 3.5}"#,
        #"{"solver": "rmsprop", "rho": 0.7, "epsilon": 1e-6, "loss": "logistic", "label_smoothing": 0.05}"#,
        #"{"solver": "adagrad", "label": "x1", "loss": "huber", "activation": "gelu"}"#,
        #"{"learning_rate": "step", "step_size": 3, "gamma": 0.4}"#,
        #"{"learning_rate": "cosine", "max_iter": 17, "max_runtime_s": 2.5}"#,
        #"{"learning_rate": "invscaling", "power_t": 0.25}"#,
        #"{"learning_rate": "exponential"}"#,
        #"{"init": "he"}"#,
        #"{"init": "glorot", "tol": 1e-7, "n_iter_no_change": 3}"#,
        #"{"weights": [0.1, -1e-7, 3, 0, 0, 0.30000000000000004, 1, 2, 3, 4, 5, 6]}"#,
        #"{"shape": "window", "block_size": 4, "standardize": true}"#,
        #"{"shape": "window"}"#,
        #"{"shape": "block", "block_size": 7, "batch_size": 32, "shuffle": "every epoch"}"#,
        #"{"shape": "recursive", "batch_size": "auto", "deterministic": true}"#,
        #"{"shape": "step", "max_iter": 7}"#,
        #"{"columns": {"x1": {"type": "numeric"}, "x2": {"type": "ignore"}}, "nulls": "mean"}"#,
        #"{"class_weight": {"0": 2, "1": 0.5}, "early_stopping": true, "restore_best": false, "tol": 1e-3}"#,
        #"{"class_weight": "balanced", "weight_column": "x1", "features": ["x2"], "validation_fraction": 0.25}"#,
        #"{"split_column": "y", "label": "x1", "nulls": "skip"}"#,
        #"{"tags": ["b", "a ü"], "notes": "two\nlines", "history": "last"}"#,
        #"{"history": {"every": 3}}"#,
        #"{"history": {"last": 4}}"#,
    ]

    @Test(arguments: requests) func theStoredFormIsTheSameRequest(_ text: String) async throws {
        try await Desk.shared { desk in
            let body = try JSON(parsing: text.utf8)
            let asked = try TrainingRequest(body)
            let run = try await desk.service.submit(body)
            let stored = try TrainingRequest(run.spec)
            #expect(stored.name == asked.name)
            #expect(stored.source == asked.source)
            #expect(stored.features == asked.features)
            #expect(stored.columns == asked.columns)
            #expect(stored.nulls == asked.nulls)
            #expect(stored.classWeights == asked.classWeights)
            #expect(stored.weightColumn == asked.weightColumn)
            #expect(stored.splitColumn == asked.splitColumn)
            #expect(stored.validationFraction == asked.validationFraction)
            #expect(stored.earlyStopping == asked.earlyStopping)
            #expect(stored.restoreBest == asked.restoreBest)
            #expect(stored.label == asked.label)
            #expect(stored.task == run.task)
            #expect(stored.hiddenLayerSizes == asked.hiddenLayerSizes)
            #expect(stored.activations == asked.activations)
            #expect(stored.solver == asked.solver)
            #expect(stored.learningRate == asked.learningRate)
            #expect(stored.schedule == asked.schedule)
            #expect(stored.loss == asked.head(run.task))
            #expect(stored.labelSmoothing == asked.labelSmoothing)
            #expect(stored.l1 == asked.l1)
            #expect(stored.l2 == asked.l2)
            #expect(stored.clipNorm == asked.clipNorm)
            #expect(stored.maxIter == asked.maxIter)
            #expect(stored.maxRuntime == asked.maxRuntime)
            #expect(stored.tol == asked.tol)
            #expect(stored.patience == asked.patience)
            #expect(stored.standardize == asked.standardize)
            #expect(stored.initialization == asked.initialization)
            #expect(stored.seed == asked.seed)
            #expect(stored.shape == asked.shape)
            #expect(stored.blockSize == asked.blockSize)
            #expect(stored.tags == asked.tags)
            #expect(stored.notes == asked.notes)
            #expect(stored.history == asked.history)
        }
    }
}
