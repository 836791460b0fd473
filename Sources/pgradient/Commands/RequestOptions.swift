import ArgumentParser
import Foundation
import JSONTree

/// The options of a training request as flags.
struct RequestOptions: ParsableArguments {
    @Option(help: ArgumentHelp("JSON file with a request; - reads standard input.", valueName: "file"))
    var spec: String?

    @Option(help: "A name for the run.") var name: String?
    @Option(help: ArgumentHelp("Table or view to learn from.", valueName: "schema.table")) var table: String?
    @Option(help: ArgumentHelp("Example to learn from: article or spiral.", valueName: "name")) var example: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("Rows of the example.", valueName: "n"))
    var rows: Int?
    @Option(help: ArgumentHelp("Column to predict.", valueName: "column")) var label: String?

    @Option(help: ArgumentHelp("Columns to learn from, with commas between them.", valueName: "a,b,…"))
    var features: String?

    @OptionGroup(title: "Columns and rows") var data: DataOptions

    @Option(help: "classification or regression.") var task: String?

    @Option(
        name: [.customLong("hidden"), .customLong("hidden-layer-sizes")],
        parsing: .unconditional,
        help: ArgumentHelp("Units per hidden layer, as in 16,8; \"\" is a linear model.", valueName: "n,n,…")
    )
    var hidden: String?

    @Option(
        help: ArgumentHelp(
            "relu, leaky_relu, elu, gelu, softplus, tanh, logistic, identity; one, or one per layer.",
            valueName: "a,…"
        )
    )
    var activation: String?

    @Option(help: "cross_entropy, logistic, squared_error, absolute_error or huber.") var loss: String?
    @Option(
        name: .customLong("label-smoothing"),
        parsing: .unconditional,
        help: ArgumentHelp("What share of a label's claim is spread over all classes.", valueName: "x")
    )
    var labelSmoothing: Double?
    @Option(help: "adam, adamw, sgd, rmsprop or adagrad.") var solver: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("Momentum of sgd.", valueName: "x"))
    var momentum: Double?
    @Option(help: ArgumentHelp("true or false: Nesterov's momentum of sgd.", valueName: "bool")) var nesterov: Bool?
    @Option(parsing: .unconditional, help: ArgumentHelp("Of adam and adamw.", valueName: "x"))
    var beta1: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("Of adam and adamw.", valueName: "x"))
    var beta2: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("Of adam, adamw, rmsprop and adagrad.", valueName: "x"))
    var epsilon: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("How long rmsprop remembers.", valueName: "x"))
    var rho: Double?
    @Option(
        name: .customLong("clip-norm"),
        parsing: .unconditional,
        help: ArgumentHelp("The largest norm of the gradient; longer ones are shortened.", valueName: "x")
    )
    var clipNorm: Double?

    @Option(
        name: [.customLong("learning-rate-init"), .customLong("rate")],
        parsing: .unconditional,
        help: ArgumentHelp("The learning rate.", valueName: "x")
    )
    var learningRate: Double?
    @Option(
        name: .customLong("learning-rate"),
        help: "How the rate changes: constant, invscaling, exponential, step, cosine or adaptive (details with --set)."
    )
    var schedule: String?

    @Option(
        name: [.customLong("l2-reg"), .customLong("l2")],
        parsing: .unconditional,
        help: ArgumentHelp("L2 regularisation; with adamw the decay of weights.", valueName: "x")
    )
    var l2: Double?

    @Option(
        name: [.customLong("l1-reg"), .customLong("l1")],
        parsing: .unconditional,
        help: ArgumentHelp("L1 regularisation.", valueName: "x")
    )
    var l1: Double?

    @Option(
        name: .customLong("max-iter"),
        parsing: .unconditional,
        help: ArgumentHelp("Epochs at most.", valueName: "n")
    )
    var maxIter: Int?
    @Option(
        name: .customLong("max-runtime-s"),
        parsing: .unconditional,
        help: ArgumentHelp("Seconds after which training stops.", valueName: "x")
    )
    var maxRuntime: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("Stop when the loss gains less; 0 never does.", valueName: "x"))
    var tol: Double?

    @Option(
        name: .customLong("n-iter-no-change"),
        parsing: .unconditional,
        help: ArgumentHelp("For how many epochs.", valueName: "n")
    )
    var patience: Int?

    @Option(help: ArgumentHelp("true or false: scale features to mean 0, deviation 1.", valueName: "bool"))
    var standardize: Bool?

    @Option(name: .customLong("init"), help: "he, glorot or normal.") var initialization: String?
    @Option(
        name: .customLong("warm-start"),
        parsing: .unconditional,
        help: ArgumentHelp("Run whose parameters this one begins with.", valueName: "id")
    )
    var warmStart: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("Deviation of init normal.", valueName: "x"))
    var scale: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("Seeds weights and example data.", valueName: "n"))
    var seed: Int?
    @Option(help: "auto, step, recursive, block or window.") var shape: String?

    @Option(
        name: .customLong("block-size"),
        parsing: .unconditional,
        help: ArgumentHelp("Iterations per recursive, block or window statement.", valueName: "n")
    )
    var blockSize: Int?

    @Option(
        name: .customLong("batch-size"),
        parsing: .unconditional,
        help: ArgumentHelp("Rows per iteration: auto, full or a number.", valueName: "n")
    )
    var batchSize: String?
    @Option(help: "once, or \"every epoch\": when mini-batches are shuffled.") var shuffle: String?
    @Flag(help: "The same bits every time: serial plans, rows in an order of their own.") var deterministic = false

    @Option(
        help: ArgumentHelp(
            "Epochs whose parameters stay: all, last, every:10 or last:5.",
            valueName: "which"
        )
    )
    var history: String?
    @Option(
        name: .customLong("tag"),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A word to find the run by. May be repeated.", valueName: "tag")
    )
    var tags: [String] = []
    @Option(parsing: .unconditional, help: ArgumentHelp("What you want to remember of the run.", valueName: "text"))
    var notes: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Any other option of a request: name=JSON. May be repeated.", valueName: "name=value")
    )
    var others: [String] = []

    /// The request these flags make.
    func body() throws -> JSON {
        var body = try fromFile()
        try put(&body, source: body["source"])
        let texts: [(String, String?)] = [
            ("name", name), ("label", label), ("task", task), ("loss", loss), ("solver", solver),
            ("learning_rate", schedule),
            ("init", initialization),
            ("shape", shape), ("shuffle", shuffle), ("notes", notes),
        ]
        for (key, value) in texts { if let value { body.set(key, .string(value)) } }
        let numbers: [(String, Double?)] = [
            ("momentum", momentum), ("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon), ("rho", rho),
            ("label_smoothing", labelSmoothing), ("clip_norm", clipNorm), ("l1_reg", l1), ("max_runtime_s", maxRuntime),
            ("learning_rate_init", learningRate), ("l2_reg", l2), ("tol", tol), ("scale", scale),
        ]
        for (key, value) in numbers { if let value { body.set(key, .number(value)) } }
        let integers: [(String, Int?)] = [
            ("max_iter", maxIter), ("n_iter_no_change", patience), ("seed", seed), ("block_size", blockSize),
            ("warm_start", warmStart),
        ]
        for (key, value) in integers { if let value { body.set(key, .integer(value)) } }
        for (key, value) in [("nesterov", nesterov), ("standardize", standardize)] {
            if let value { body.set(key, .bool(value)) }
        }
        if let history { body.set("history", try kept(history)) }
        if !tags.isEmpty { body.set("tags", .array(tags.map(JSON.string))) }
        if deterministic { body.set("deterministic", true) }
        if let batchSize { body.set("batch_size", Int(batchSize).map(JSON.integer) ?? .string(batchSize)) }
        if let features { body.set("features", .array(list(features).map(JSON.string))) }
        if let activation {
            let names = list(activation)
            body.set("activation", names.count == 1 ? .string(names[0]) : .array(names.map(JSON.string)))
        }
        if let hidden {
            // Nothing is a linear model; nothing between two commas is a slip.
            let layers = hidden.isEmpty ? [] : hidden.split(separator: ",", omittingEmptySubsequences: false)
            body.set(
                "hidden_layer_sizes",
                .array(try layers.map { try units($0.trimmingCharacters(in: .whitespaces)) })
            )
        }
        try data.put(into: &body)
        for other in others { try set(other, &body) }
        return body
    }

    private func fromFile() throws -> JSON {
        guard let spec else { return [:] }
        let data: Data?
        if spec == "-" {
            data = try FileHandle.standardInput.readToEnd() ?? Data()
        } else {
            data = FileManager.default.contents(atPath: spec)
        }
        guard let data else { throw UsageError("the file \(spec) can't be read") }
        let place = spec == "-" ? "standard input" : spec
        do {
            let body = try JSON(parsing: data)
            guard body.objectValue != nil else {
                throw UsageError("\(place) must hold a JSON object, not \(body.kind)")
            }
            return body
        } catch let error as JSONSyntaxError {
            throw UsageError("\(place), \(error)")
        }
    }

    private func put(_ body: inout JSON, source: JSON?) throws {
        if table != nil, example != nil { throw UsageError("--table and --example exclude each other") }
        if let table { body.set("source", ["table": .string(table)]) }
        if let example { body.set("source", ["example": .string(example)]) }
        if let rows {
            var source = body["source"] ?? ["example": "article"]
            guard source.objectValue != nil else { throw UsageError("source must be an object") }
            source.set("rows", .integer(rows))
            body.set("source", source)
        }
    }

    private func set(_ pair: String, _ body: inout JSON) throws {
        guard let equals = pair.firstIndex(of: "=") else {
            throw UsageError("--set \(pair) has no =; write name=value")
        }
        let value = String(pair[pair.index(after: equals)...])
        // Text that is no JSON is a string, so that --set shuffle=once needs no quotes.
        body.set(String(pair[..<equals]), (try? JSON(parsing: value.utf8)) ?? .string(value))
    }

    /// `every:10` as the request has it. What is none of the four is left for the request to refuse.
    private func kept(_ text: String) throws -> JSON {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return .string(text) }
        guard let count = Int(parts[1]) else {
            throw UsageError("--history \(text): \"\(parts[1])\" is no whole number; write every:10 or last:5")
        }
        return .object([parts[0]: .integer(count)])
    }

    private func list(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0).trimmingCharacters(in: .whitespaces) }
    }

    private func units(_ text: String) throws -> JSON {
        guard let number = Int(text) else { throw UsageError("--hidden \"\(text)\" is no whole number") }
        return .integer(number)
    }
}
