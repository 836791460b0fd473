import JSONTree
import Testing

@testable import Training

/// Requests that are refused, each with the code and the field that a program can rely on.
@Suite struct RefusedRequestTests {
    /// A request, and what is said about it.
    struct Case: Sendable, CustomTestStringConvertible {
        let body: String
        let code: TrainingError.Code
        let field: String?
        /// Part of the message or the hint.
        let says: String

        init(_ body: String, _ code: TrainingError.Code, _ field: String?, _ says: String = "") {
            self.body = body
            self.code = code
            self.field = field
            self.says = says
        }

        var testDescription: String { body }
    }

    static let wrong: [Case] = [
        Case("[]", .invalidOption, nil, "an array"),
        Case("7", .invalidOption, nil, "a number"),
        Case(#"{"name": 3}"#, .invalidOption, "name", "a string"),
        Case(#"{"name": "a\u0000b"}"#, .invalidOption, "name", "NUL"),

        Case(#"{"source": "iris"}"#, .invalidOption, "source", "table"),
        Case(#"{"source": {"table": 5}, "label": "y"}"#, .invalidOption, "source.table"),
        Case(#"{"source": {"table": "t", "example": "article"}, "label": "y"}"#, .invalidOption, "source"),
        Case(#"{"source": {"tabel": "t"}, "label": "y"}"#, .unknownOption, "source.tabel", "\"table\""),
        Case(#"{"source": {"table": "t", "rows": 5}, "label": "y"}"#, .irrelevantOption, "source.rows"),
        Case(#"{"source": {"example": "artcle"}}"#, .invalidOption, "source.example", "\"article\""),
        Case(#"{"source": {"example": "article", "rows": 0}}"#, .invalidOption, "source.rows"),
        Case(#"{"source": {"table": "t"}}"#, .missingOption, "label"),
        Case(#"{"source": {"table": "t"}, "label": null}"#, .missingOption, "label"),

        Case(#"{"features": "x1"}"#, .invalidOption, "features", "an array"),
        Case(#"{"features": []}"#, .invalidOption, "features", "at least one"),
        Case(#"{"features": ["x1", "x1"]}"#, .invalidOption, "features", "twice"),
        Case(#"{"features": ["x1", "y"]}"#, .invalidOption, "features", "the label and a feature"),
        Case(#"{"features": ["x1", 2]}"#, .invalidOption, "features"),
        Case(#"{"features": ["x\u0000"]}"#, .invalidOption, "features", "NUL"),
        Case(#"{"task": "clasification"}"#, .invalidOption, "task", "\"classification\""),

        Case(#"{"hidden_layer_sizes": [0]}"#, .invalidOption, "hidden_layer_sizes", "1 to 10,000"),
        Case(#"{"hidden_layer_sizes": [-3]}"#, .invalidOption, "hidden_layer_sizes"),
        Case(#"{"hidden_layer_sizes": [2.5]}"#, .invalidOption, "hidden_layer_sizes"),
        Case(#"{"hidden_layer_sizes": [10001]}"#, .invalidOption, "hidden_layer_sizes"),
        Case(#"{"hidden_layer_sizes": 100}"#, .invalidOption, "hidden_layer_sizes", "[16, 8]"),
        Case(#"{"hidden_layer_sizes": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}"#, .invalidOption, "hidden_layer_sizes"),
        Case(#"{"activation": "rleu"}"#, .invalidOption, "activation", "\"relu\""),
        Case(#"{"activation": ["relu", "tanh"]}"#, .invalidOption, "activation", "1 hidden layer"),
        Case(#"{"activation": 5}"#, .invalidOption, "activation"),

        Case(#"{"solver": "adm"}"#, .invalidOption, "solver", "\"adam\""),
        Case(#"{"solver": "lbfgs"}"#, .invalidOption, "solver", "adam, sgd, rmsprop, adagrad, adamw"),
        Case(#"{"solver": "adam", "momentum": 0.9}"#, .irrelevantOption, "momentum", "sgd"),
        Case(#"{"solver": "adam", "nesterov": true}"#, .irrelevantOption, "nesterov"),
        Case(#"{"solver": "sgd", "beta1": 0.9}"#, .irrelevantOption, "beta1", "adam"),
        Case(#"{"solver": "sgd", "beta2": 0.9}"#, .irrelevantOption, "beta2"),
        Case(#"{"solver": "sgd", "epsilon": 1e-8}"#, .irrelevantOption, "epsilon"),
        Case(#"{"momentum": 1}"#, .invalidOption, "momentum"),
        Case(#"{"momentum": -0.1}"#, .invalidOption, "momentum"),
        Case(#"{"nesterov": 1}"#, .invalidOption, "nesterov", "true or false"),
        Case(#"{"solver": "adam", "beta1": 1}"#, .invalidOption, "beta1"),
        Case(#"{"solver": "adam", "beta2": 1.5}"#, .invalidOption, "beta2"),
        Case(#"{"solver": "adam", "epsilon": 0}"#, .invalidOption, "epsilon"),

        Case(#"{"learning_rate_init": -1}"#, .invalidOption, "learning_rate_init", "a number"),
        Case(#"{"learning_rate_init": 0}"#, .invalidOption, "learning_rate_init"),
        Case(#"{"learning_rate_init": "fast"}"#, .invalidOption, "learning_rate_init"),
        Case(#"{"learning_rate_init": 1e-320}"#, .invalidOption, "learning_rate_init"),
        Case(#"{"learning_rate_init": 1e7}"#, .invalidOption, "learning_rate_init"),
        Case(#"{"l2_reg": -1e-9}"#, .invalidOption, "l2_reg"),
        Case(#"{"max_iter": 0}"#, .invalidOption, "max_iter"),
        Case(#"{"max_iter": 1.5}"#, .invalidOption, "max_iter", "whole number"),
        Case(#"{"max_iter": 1000001}"#, .invalidOption, "max_iter"),
        Case(#"{"tol": -1}"#, .invalidOption, "tol"),
        Case(#"{"n_iter_no_change": 0}"#, .invalidOption, "n_iter_no_change"),
        Case(#"{"standardize": "yes"}"#, .invalidOption, "standardize"),
        Case(#"{"seed": -1}"#, .invalidOption, "seed"),
        Case(#"{"seed": 1e300}"#, .invalidOption, "seed"),

        Case(#"{"init": "xavier"}"#, .invalidOption, "init"),
        Case(#"{"init": "he", "scale": 1}"#, .irrelevantOption, "scale", "normal"),
        Case(#"{"scale": 1}"#, .irrelevantOption, "scale"),
        Case(#"{"init": "normal", "scale": 0}"#, .invalidOption, "scale"),
        Case(#"{"init": "glorot", "weights": [1]}"#, .irrelevantOption, "weights"),
        Case(#"{"init": "weights"}"#, .missingOption, "weights"),
        Case(#"{"weights": [1, "a"]}"#, .invalidOption, "weights"),
        Case(#"{"weights": [0, -1e200]}"#, .invalidOption, "weights", "diverged"),

        Case(#"{"activation": "leakyrelu"}"#, .invalidOption, "activation", "\"leaky_relu\""),
        Case(#"{"solver": "adm"}"#, .invalidOption, "solver", "\"adam\""),
        Case(#"{"solver": "rmsprop", "momentum": 0.5}"#, .irrelevantOption, "momentum", "sgd"),
        Case(#"{"solver": "adagrad", "rho": 0.5}"#, .irrelevantOption, "rho", "rmsprop"),
        Case(#"{"solver": "rmsprop", "rho": 1}"#, .invalidOption, "rho"),
        Case(#"{"rho": 0.8}"#, .irrelevantOption, "rho", "rmsprop"),
        Case(#"{"learning_rate": "cosin"}"#, .invalidOption, "learning_rate", "\"cosine\""),
        Case(#"{"learning_rate": "cosine", "gamma": 0.5}"#, .irrelevantOption, "gamma", "exponential or step"),
        Case(#"{"power_t": 0.5}"#, .irrelevantOption, "power_t", "invscaling"),
        Case(#"{"learning_rate": "step", "step_size": 0}"#, .invalidOption, "step_size"),
        Case(#"{"learning_rate": "exponential", "gamma": 1.1}"#, .invalidOption, "gamma"),
        Case(#"{"loss": "hinge"}"#, .invalidOption, "loss", "huber"),
        Case(#"{"task": "regression", "loss": "logistic"}"#, .irrelevantOption, "loss", "squared_error"),
        Case(#"{"task": "classification", "loss": "huber"}"#, .irrelevantOption, "loss", "cross_entropy"),
        Case(#"{"label_smoothing": 1}"#, .invalidOption, "label_smoothing"),
        Case(#"{"loss": "huber", "label_smoothing": 0.1}"#, .irrelevantOption, "label_smoothing"),
        Case(#"{"l1_reg": -1}"#, .invalidOption, "l1_reg"),
        Case(#"{"max_runtime_s": 0}"#, .invalidOption, "max_runtime_s", "seconds"),
        Case(#"{"clip_norm": 0}"#, .invalidOption, "clip_norm"),

        Case(#"{"shape": "windo"}"#, .invalidOption, "shape", "\"window\""),
        Case(#"{"block_size": 5}"#, .irrelevantOption, "block_size", "window"),
        Case(#"{"shape": "step", "block_size": 5}"#, .irrelevantOption, "block_size"),
        Case(#"{"shape": "window", "block_size": 0}"#, .invalidOption, "block_size"),
        Case(#"{"shape": "recursive", "block_size": 1000001}"#, .invalidOption, "block_size"),
        Case(#"{"shape": "atuo"}"#, .invalidOption, "shape", "\"auto\""),
        Case(#"{"batch_size": 0}"#, .invalidOption, "batch_size", "a number of rows"),
        Case(#"{"batch_size": "all"}"#, .invalidOption, "batch_size", "auto, full"),
        Case(#"{"batch_size": 0.5}"#, .invalidOption, "batch_size"),
        Case(#"{"shape": "window", "batch_size": 100}"#, .irrelevantOption, "batch_size", "recursive, block or step"),
        Case(#"{"shuffle": "every epoch"}"#, .irrelevantOption, "shuffle", "batch_size"),
        Case(#"{"batch_size": 10, "shuffle": "every_epoch"}"#, .invalidOption, "shuffle", "\"every epoch\""),
        Case(#"{"shape": "window", "shuffle": "every epoch"}"#, .irrelevantOption, "shuffle", "batch_size"),
        Case(#"{"name": "\#(String(repeating: "n", count: 201))"}"#, .invalidOption, "name", "200"),
        Case(#"{"deterministic": 1}"#, .invalidOption, "deterministic"),

        Case(#"{"warm_start": "seven"}"#, .invalidOption, "warm_start", "the number of a run"),
        Case(#"{"warm_start": 0}"#, .invalidOption, "warm_start"),
        Case(#"{"warm_start": 3, "init": "he"}"#, .irrelevantOption, "init", "the parameters of run 3"),
        Case(#"{"warm_start": 3, "weights": [1]}"#, .irrelevantOption, "weights"),
        Case(#"{"warm_start": 3, "scale": 1}"#, .irrelevantOption, "scale"),
        Case(#"{"history": "latest"}"#, .invalidOption, "history", "\"last\""),
        Case(#"{"history": {"evry": 3}}"#, .invalidOption, "history", "\"every\""),
        Case(#"{"history": {"every": 0}}"#, .invalidOption, "history", "n from 1"),
        Case(#"{"history": {"every": 2, "last": 3}}"#, .invalidOption, "history"),
        Case(#"{"history": 3}"#, .invalidOption, "history", "history is 3"),
        Case(#"{"tags": "a"}"#, .invalidOption, "tags", "an array of strings"),
        Case(#"{"tags": ["a", ""]}"#, .invalidOption, "tags", "an empty one"),
        Case(#"{"tags": ["a", "a"]}"#, .invalidOption, "tags", "twice"),
        Case(#"{"tags": ["\#(String(repeating: "t", count: 101))"]}"#, .invalidOption, "tags", "101 characters"),
        Case(#"{"tags": [\#((1...51).map { "\"\($0)\"" }.joined(separator: ","))]}"#, .invalidOption, "tags", "51"),
        Case(#"{"notes": "\#(String(repeating: "n", count: 10_001))"}"#, .invalidOption, "notes", "10,000"),

        Case(#"{"learning_rat": 2}"#, .unknownOption, "learning_rat", "learning_rate"),
        Case(#"{"maxiter": 2}"#, .unknownOption, "maxiter", "max_iter"),
        Case(#"{"zzzzzzzzzzzz": 2}"#, .unknownOption, "zzzzzzzzzzzz", "known options"),
    ]

    @Test(arguments: wrong) func isRefused(_ wrong: Case) throws {
        let body = try JSON(parsing: wrong.body.utf8)
        let error = try #require(throws: TrainingError.self) { try TrainingRequest(body) }
        #expect(error.code == wrong.code, "\(error)")
        #expect(error.field == wrong.field, "\(error)")
        #expect(wrong.says.isEmpty || "\(error)".contains(wrong.says), "\(error)")
        #expect(!"\(error)".contains("  "), "\(error)")
    }

    static let columnsAndRows: [Case] = [
        Case(#"{"columns": []}"#, .invalidOption, "columns", "must be an object"),
        Case(#"{"columns": {"x1": "ignore"}}"#, .invalidOption, "columns.x1", "must be an object"),
        Case(#"{"columns": {"x1": {"type": "categoric"}}}"#, .invalidOption, "columns.x1.type", "categorical"),
        Case(#"{"columns": {"x1": {"kind": "numeric"}}}"#, .unknownOption, "columns.x1.kind", "not known"),
        Case(
            #"{"columns": {"x1": {"type": "numeric", "max_categories": 3}}}"#,
            .irrelevantOption,
            "columns.x1.max_categories",
            "means nothing"
        ),
        Case(#"{"source": {"where": {"x1": 1}}}"#, .irrelevantOption, "source.where", "means nothing to an example"),
        Case(
            #"{"source": {"table": "t", "where": [1]}, "label": "y"}"#,
            .invalidOption,
            "source.where",
            "object of columns"
        ),
        Case(
            #"{"source": {"table": "t", "where": {"x": {"=>": 1}}}, "label": "y"}"#,
            .invalidOption,
            "source.where.x",
            "it is one of =, !="
        ),
        Case(
            #"{"source": {"table": "t", "where": {"x": {"<": null}}}, "label": "y"}"#,
            .invalidOption,
            "source.where.x",
            "compared with null"
        ),
        Case(
            #"{"source": {"table": "t", "where": {"x": []}}, "label": "y"}"#,
            .invalidOption,
            "source.where.x",
            "1 to 1,000"
        ),
        Case(#"{"nulls": "drop"}"#, .invalidOption, "nulls", "error, skip, mean"),
        Case(#"{"class_weight": "fair"}"#, .invalidOption, "class_weight", "balanced"),
        Case(#"{"class_weight": {"0": 0}}"#, .invalidOption, "class_weight", "1e-6 to 1e6"),
        Case(
            #"{"class_weight": "balanced", "task": "regression", "label": "x2", "features": ["x1"]}"#,
            .irrelevantOption,
            "class_weight",
            "regression"
        ),
        Case(#"{"early_stopping": 1}"#, .invalidOption, "early_stopping", "true or false"),
        Case(#"{"validation_fraction": 0.95}"#, .invalidOption, "validation_fraction", "0.9"),
        Case(
            #"{"validation_fraction": 0.2, "split_column": "x1"}"#,
            .irrelevantOption,
            "validation_fraction",
            "split_column"
        ),
        Case(#"{"restore_best": true}"#, .irrelevantOption, "restore_best", "rows for validation"),
    ]

    @Test(arguments: columnsAndRows) func columnsAndRowsAreChecked(_ wrong: Case) throws { try isRefused(wrong) }

    /// Everything the interface promises and this version does not do, with a value other than the default.
    static let unbuilt: [Case] = [
        (#""shape": "vector""#, "shape"),
        (#""group_by": "country""#, "group_by"),
    ].map { Case("{\($0)}", .notAvailable, $1, "not available in this version") }

    @Test(arguments: unbuilt) func isNotThereYet(_ unbuilt: Case) throws { try isRefused(unbuilt) }

    /// What happens anyway may be asked for.
    @Test func defaultsOfWhatIsUnbuiltPass() throws {
        let body = """
            {"columns": {}, "learning_rate": "constant", "l1_reg": 0, "label_smoothing": 0.0, "batch_size": "auto",
             "early_stopping": false, "nulls": "error", "shuffle": "once", "deterministic": false,
             "clip_norm": null, "class_weight": null}
            """
        let request = try TrainingRequest(JSON(parsing: body.utf8))
        #expect(request.maxIter == 100)
        _ = try TrainingRequest(["batch_size": "full"])
    }
}
