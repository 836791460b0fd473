import JSONTree
import Lowering
import Networks

extension TrainingRequest {
    /// Reads a request. What is left out takes its default: scikit-learn's for a table, the article's for its example.
    /// - Throws: `TrainingError` naming the field; `not_available` for what is promised but not built.
    public init(_ body: JSON) throws(TrainingError) {
        var options = try OptionReader(body)
        try refuseUnbuilt(&options)
        name = try RunText.name(&options)
        tags = try RunText.tags(&options) ?? []
        notes = try RunText.notes(&options)
        source = try DataSource(options.value("source"))
        let defaults = Defaults(source)

        features = try options.strings("features")
        label = try Self.label(&options, source)
        columns = try ColumnOption.all(options.value("columns"))
        nulls = try options.choice("nulls", NullPolicy.self) ?? .error
        classWeights = try ClassWeights(options.value("class_weight"))
        weightColumn = try options.string("weight_column")
        let held = try HoldoutOptions(&options)
        (earlyStopping, restoreBest) = (held.earlyStopping, held.restoreBest)
        (splitColumn, validationFraction) = (held.splitColumn, held.validationFraction)
        let askedTask = try options.choice("task", TaskKind.self)
        loss = try Self.loss(&options, askedTask)
        task = askedTask ?? loss.map { $0.isClassification ? .classification : .regression }
        hiddenLayerSizes = try Self.layers(&options) ?? defaults.hiddenLayerSizes
        activations = try Self.activations(&options, layers: hiddenLayerSizes.count)
        solver = try Solver(&options, unasked: defaults.solver, momentum: defaults.momentum)
        learningRate =
            try options.number("learning_rate_init", 1e-100...1e6, "a number from 1e-100 to 1e6")
            ?? defaults.learningRate(for: solver)
        labelSmoothing = try options.number("label_smoothing", 0..<1.0, "a number from 0 to below 1") ?? 0
        l1 = try options.number("l1_reg", 0...1e6, "a number from 0 to 1e6") ?? 0
        clipNorm = try options.number("clip_norm", 1e-100...1e100, "a number from 1e-100 to 1e100")
        l2 = try options.number("l2_reg", 0...1e6, "a number from 0 to 1e6") ?? defaults.l2
        maxIter = try options.integer("max_iter", 1...1_000_000) ?? defaults.maxIter
        maxRuntime = try options.number("max_runtime_s", 0.001...1e9, "a number of seconds, from 0.001 to 1e9")
        schedule = try Schedule(&options, epochs: maxIter)
        // What goes by the loss has to have one.
        let isWatched = earlyStopping || schedule == .adaptive
        tol =
            try options.number("tol", 0...1e6, "a number from 0 to 1e6")
            ?? (isWatched ? max(defaults.tol, Self.watchedTol) : defaults.tol)
        if schedule == .adaptive, tol == 0, !earlyStopping {
            throw TrainingError(
                .irrelevantOption,
                "learning_rate adaptive divides the rate when the loss falls by less than tol, and tol is 0",
                field: "tol",
                hint: "leave tol out, or make it larger"
            )
        }
        patience = try options.integer("n_iter_no_change", 1...1_000_000) ?? 10
        standardize = try options.bool("standardize") ?? defaults.standardize
        seed = try options.integer("seed", 0...(1 << 53)) ?? defaults.seed
        let isArticle =
            hiddenLayerSizes == defaults.hiddenLayerSizes && columns.isEmpty && label == ExampleData.label
            && task != .regression
            && loss != .logistic && (features?.count ?? 2) == 2
        warmStart = try WarmStart.run(&options)
        initialization = try Self.initialization(
            &options,
            unasked: warmStart == nil ? defaults.initialization(isArticle: isArticle) : .byActivation
        )
        (shape, blockSize) = try Self.shape(&options)
        batchSize = try Self.batchSize(&options, shape) ?? defaults.batchSize
        shuffle = try options.choice("shuffle", Shuffle.self) ?? .once
        isDeterministic = try options.bool("deterministic") ?? false
        history = try HistoryPolicy(&options)
        if shuffle == .everyEpoch, batchSize == .full || shape == .window {
            try Self.refuse(["shuffle": true], "a run that reads all rows in every iteration", "a batch_size")
        }
        try options.finish()
        try checkFeatures()
        if let task { try checkClassOptions(task) }
    }

    /// scikit-learn's.
    private static let watchedTol = 1e-4

    /// The task may be told by the type of the label, which a request does not know.
    func checkClassOptions(_ task: TaskKind) throws(TrainingError) {
        guard task == .regression else { return }
        let given = ["label_smoothing": labelSmoothing > 0, "class_weight": classWeights != nil]
        try Self.refuse(given, "a regression", "task classification")
    }

    private func checkFeatures() throws(TrainingError) {
        guard let features else { return }
        guard !features.isEmpty else {
            throw TrainingError(.invalidOption, "features is empty; name at least one column", field: "features")
        }
        var seen: Set<String> = []
        for feature in features where !seen.insert(feature).inserted {
            throw TrainingError(.invalidOption, "features names \"\(feature)\" twice", field: "features")
        }
        if features.contains(label) {
            throw TrainingError(.invalidOption, "\"\(label)\" is the label and a feature", field: "features")
        }
    }

    private static func label(_ options: inout OptionReader, _ source: DataSource) throws(TrainingError) -> String {
        if let label = try options.string("label") { return label }
        switch source {
        case .example: return ExampleData.label
        case .table:
            throw TrainingError(
                .missingOption,
                "label is missing: the name of the column to predict",
                field: "label",
                hint: "add \"label\": \"column\""
            )
        }
    }

    private static func layers(_ options: inout OptionReader) throws(TrainingError) -> [Int]? {
        guard let value = options.value("hidden_layer_sizes") else { return nil }
        let field = "hidden_layer_sizes"
        guard let entries = value.arrayValue else {
            throw TrainingError(
                .invalidOption,
                "\(field) is \(value.kind); it must be an array, as in [16, 8]",
                field: field
            )
        }
        guard entries.count <= 16 else {
            throw TrainingError(
                .invalidOption,
                "\(field) has \(entries.count) layers; at most 16 are taken",
                field: field
            )
        }
        var sizes: [Int] = []
        for entry in entries {
            guard let units = entry.intValue, (1...10_000).contains(units) else {
                throw TrainingError(
                    .invalidOption,
                    "\(field) contains \(entry.compact); every layer needs 1 to 10,000 units",
                    field: field,
                    hint: "[] is a linear model"
                )
            }
            sizes.append(units)
        }
        return sizes
    }

    private static func activations(_ options: inout OptionReader, layers: Int) throws(TrainingError) -> [Activation] {
        guard let value = options.value("activation") else { return Array(repeating: .relu, count: layers) }
        if let text = value.stringValue {
            let activation: Activation = try OptionReader.choose("activation", text)
            return Array(repeating: activation, count: layers)
        }
        var chosen: [Activation] = []
        for text in try options.strings("activation") ?? [] {
            chosen.append(try OptionReader.choose("activation", text))
        }
        guard chosen.count == layers else {
            throw TrainingError(
                .invalidOption,
                "activation has \(chosen.count) entries for \(layers) hidden layers; give one, or one per layer",
                field: "activation"
            )
        }
        return chosen
    }

    private static func loss(_ options: inout OptionReader, _ task: TaskKind?) throws(TrainingError) -> Head? {
        guard let loss = try options.choice("loss", Head.self) else { return nil }
        guard let task, (task == .classification) != loss.isClassification else { return loss }
        let fitting = Head.allCases.filter { $0.isClassification == (task == .classification) }.map(\.rawValue)
        throw TrainingError(
            .irrelevantOption,
            "loss \(loss.rawValue) is not one of a \(task.rawValue)",
            field: "loss",
            hint: "choose \(fitting.joined(separator: " or "))"
        )
    }

    private static func refuse(
        _ given: [String: Bool],
        _ choice: String,
        _ other: String
    ) throws(TrainingError) {
        guard let name = given.filter(\.value).keys.sorted().first else { return }
        throw TrainingError(
            .irrelevantOption,
            "\(name) means nothing to \(choice)",
            field: name,
            hint: "leave it out, or choose \(other)"
        )
    }

    private static func initialization(
        _ options: inout OptionReader,
        unasked: Initialization
    ) throws(TrainingError) -> Initialization {
        let kind = try options.choice("init", InitKind.self)
        let scale = try options.number("scale", Double.leastNormalMagnitude...1e3, "a number above 0, at most 1000")
        let given = try weights(&options)
        if scale != nil, kind != .normal {
            try refuse(["scale": true], "init \(kind?.rawValue ?? "by default")", "init normal")
        }
        if given != nil, kind != nil, kind != .weights { try refuse(["weights": true], "this init", "init weights") }
        switch kind {
        case .he: return .he
        case .glorot: return .glorot
        case .normal: return .normal(scale: scale ?? 0.01)
        case .weights, nil:
            if let given { return .weights(given) }
            guard kind == nil else {
                throw TrainingError(.missingOption, "init weights needs an array \"weights\"", field: "weights")
            }
            return unasked
        }
    }

    private static func weights(_ options: inout OptionReader) throws(TrainingError) -> [Double]? {
        guard let value = options.value("weights") else { return nil }
        let numbers = value.arrayValue?.compactMap(\.doubleValue) ?? []
        guard let entries = value.arrayValue, numbers.count == entries.count else {
            throw TrainingError(.invalidOption, "weights must be an array of numbers", field: "weights")
        }
        if let large = numbers.first(where: { abs($0) > EpochRecorder.divergence }) {
            throw TrainingError(
                .invalidOption,
                "weights contains \(large); a run whose weights pass \(EpochRecorder.divergence) has diverged",
                field: "weights"
            )
        }
        return numbers
    }

    private static func shape(_ options: inout OptionReader) throws(TrainingError) -> (StatementShape?, Int?) {
        let text = try options.string("shape") ?? "auto"
        let blockSize = try options.integer("block_size", 1...1_000_000)
        let shape: StatementShape? =
            text == "auto" ? nil : try OptionReader.choose("shape", text, planned: ["vector"], also: ["auto"])
        if blockSize != nil, shape == nil || shape == .step {
            try refuse(["block_size": true], "shape \(text)", "shape recursive, block or window")
        }
        return (shape, blockSize)
    }

    private static func batchSize(
        _ options: inout OptionReader,
        _ shape: StatementShape?
    ) throws(TrainingError) -> BatchSize? {
        guard let value = options.value("batch_size") else { return nil }
        switch value.stringValue {
        case "auto": return .auto
        case "full": return .full
        default: break
        }
        guard let size = value.intValue, (1...1_000_000_000).contains(size) else {
            throw TrainingError(
                .invalidOption,
                "batch_size is \(value.compact); it must be auto, full, or a number of rows from 1 to 1,000,000,000",
                field: "batch_size"
            )
        }
        guard shape != .window else {
            throw TrainingError(
                .irrelevantOption,
                "shape window carries all rows through all of its iterations, and has no mini-batches",
                field: "batch_size",
                hint: "choose shape recursive, block or step"
            )
        }
        return .rows(size)
    }
}

/// Where initial weights come from, by name.
enum InitKind: String, CaseIterable { case he, glorot, normal, weights }

/// What stands in for options that are left out.
struct Defaults {
    var hiddenLayerSizes = [100]
    var solver = SolverKind.adam
    var momentum = 0.9
    private var rate = 0.001
    var l2 = 0.0
    var maxIter = 200
    var tol = 1e-4
    var standardize = true
    var seed = 0
    private var initialization = Initialization.byActivation
    var batchSize = BatchSize.auto
    private var isRateOfAdam: Bool { solver == .adam }

    init(_ source: DataSource) {
        switch source {
        case .table: seed = Int.random(in: 0..<(1 << 31))
        case .example(.article, _):
            hiddenLayerSizes = [2]
            solver = .sgd
            momentum = 0
            rate = 2
            l2 = 1e-3
            maxIter = 100
            tol = 0
            standardize = false
            seed = ExampleData.defaultSeed
            initialization = .weights(ExampleData.articleWeights)
            batchSize = .full
        case .example(.spiral, _):
            // The case study's: rate 1, regularisation 1e-3, first weights of deviation 0.01.
            solver = .sgd
            momentum = 0
            rate = 1
            l2 = 1e-3
            maxIter = 10_000
            tol = 0
            standardize = false
            seed = ExampleData.defaultSeed
            initialization = .normal(scale: 0.01)
            batchSize = .full
        case .example(.moons, _):
            hiddenLayerSizes = [16]
            rate = 0.01
            maxIter = 500
            tol = 0
            standardize = false
            seed = ExampleData.defaultSeed
            batchSize = .full
        }
    }

    /// The article's weights fit its own network: two inputs, two hidden units, two classes.
    func initialization(isArticle: Bool) -> Initialization {
        if case .weights = initialization, !isArticle { return .byActivation }
        return initialization
    }

    /// The article's rate belongs to plain descent; the others would overshoot with it. That of the moons is adam's.
    func learningRate(for solver: Solver) -> Double {
        if isRateOfAdam { return if case .sgd = solver { 0.001 } else { rate } }
        return if case .sgd = solver { rate } else { 0.001 }
    }
}
