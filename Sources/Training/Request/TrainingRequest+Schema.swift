import JSONTree
import Lowering
import Networks

/// What a training request may hold, as a JSON Schema. A test holds it against what `TrainingRequest.init` reads.
extension TrainingRequest {
    /// The schema of `POST /train`. What depends on several options, or on the table, it can't tell.
    public static var schema: Schema {
        var members: JSON = [:]
        for (name, option) in sourceOptions + networkOptions + solverOptions + stopOptions + workOptions {
            members.set(name, option.nullable.json)
        }
        return Schema(["type": "object", "properties": members, "additionalProperties": false])
            .example([:])
            .example(["source": ["example": "moons", "rows": 500], "max_iter": 50, "seed": 42])
            .example([
                "name": "churn", "source": ["table": "public.customers"], "label": "churned",
                "hidden_layer_sizes": [16, 8], "activation": "relu", "solver": "adam", "early_stopping": true,
            ])
    }

    private typealias Options = [(String, Schema)]

    private static let defaults = Defaults(.table(""))

    // MARK: - The rows

    private static var sourceOptions: Options {
        [
            ("name", text(0...200).described("A name for people; need not be unique.")),
            ("source", DataSource.schema),
            ("label", identifier.described("The column to predict; required with a table.")),
            (
                "features",
                .array(of: identifier, count: 1...1600, unique: true)
                    .described("The columns to learn from; left out, all that fit but the label.")
            ),
            (
                "columns",
                .map(
                    of: .object(
                        optional: [
                            "type": .choice(ColumnOption.Role.self).nullable,
                            "max_categories": .integer(1...1_000).nullable,
                        ],
                        isClosed: true
                    )
                )
                .described("What columns are to be taken for, by name, where their types do not tell.")
                .example(["plan": ["type": "categorical"], "id": ["type": "ignore"]])
            ),
            ("task", .choice(TaskKind.self).described("Left out, the label's type tells.")),
            (
                "nulls",
                .choice(NullPolicy.self).defaulting(to: .string(NullPolicy.error.rawValue))
                    .described("What becomes of rows in which something is missing.")
            ),
            (
                "class_weight",
                Schema.any(.choice(["balanced"]), .map(of: .number(1e-6...1e6), least: 1))
                    .described("What the rows of each class count in the loss: `balanced`, or numbers by class.")
            ),
            ("weight_column", identifier.described("The column that says what each row counts in the loss.")),
            (
                "early_stopping",
                Schema.bool.defaulting(to: false).described("Stop when the loss on rows held out stops falling.")
            ),
            (
                "validation_fraction",
                .number(0.001...0.9).described("The share of rows held out; 0.1 with `early_stopping`.")
            ),
            (
                "split_column",
                identifier.described("The column that says what each row is for: train, validation or test.")
            ),
            (
                "restore_best",
                Schema.bool.described(
                    "Predict with the epoch that was best on rows held out, as `early_stopping` does."
                )
            ),
            (
                "standardize",
                Schema.bool.defaulting(to: .bool(defaults.standardize))
                    .described("Scale features to mean 0 and deviation 1." + own { .bool($0.standardize) })
            ),
        ]
    }

    // MARK: - The network

    private static var networkOptions: Options {
        let sizes = { (defaults: Defaults) -> JSON in .array(defaults.hiddenLayerSizes.map(JSON.integer)) }
        return [
            (
                "hidden_layer_sizes",
                .array(of: .integer(1...10_000), count: 0...16).defaulting(to: sizes(defaults))
                    .described("Units per hidden layer; [] is a linear model." + own(sizes))
            ),
            (
                "activation",
                Schema.any(.choice(Activation.self), .array(of: .choice(Activation.self), count: 0...16))
                    .defaulting(to: .string(Activation.relu.rawValue))
                    .described("One for all hidden layers, or one for each.")
            ),
            ("loss", .choice(Head.self).described("What is minimised; by the task if left out.")),
            (
                "label_smoothing",
                .number(0..<1).defaulting(to: 0).described("The share of a label's claim that all classes share.")
            ),
            ("l1_reg", .number(0...1e6).defaulting(to: 0).described("Adds l1 · Σ|W| to the mean loss.")),
            (
                "l2_reg",
                .number(0...1e6).defaulting(to: .number(defaults.l2))
                    .described(
                        "Adds l2/2 · ΣW² to the mean loss; with adamw the weights' decay."
                            + own { .number($0.l2) }
                    )
            ),
            ("init", .choice(InitKind.self).described("Initial weights; by the activation if left out.")),
            (
                "scale",
                .number(Double.leastNormalMagnitude...1e3).described(
                    "The deviation of `init` normal; 0.01 if left out."
                )
            ),
            (
                "weights",
                .array(of: .number(-EpochRecorder.divergence...EpochRecorder.divergence))
                    .described("Initial weights in the documented order.")
            ),
            (
                "warm_start",
                Schema(["type": "integer", "minimum": 1]).described(
                    "The ended run whose parameters this one begins with."
                )
            ),
            (
                "seed",
                .integer(0...(1 << 53))
                    .described(
                        "Seeds weights, order of rows and example data; drawn if left out." + own { .integer($0.seed) }
                    )
            ),
        ]
    }

    // MARK: - Solver and schedule

    private static var solverOptions: Options {
        let share = Schema.number(0..<1)
        let gamma = Schema.number(Double.leastNormalMagnitude...1)
        return [
            (
                "solver",
                .choice(SolverKind.self).defaulting(to: .string(defaults.solver.rawValue))
                    .described("How gradients become steps." + own { .string($0.solver.rawValue) })
            ),
            (
                "momentum",
                share.defaulting(to: .number(defaults.momentum)).described("Of sgd." + own { .number($0.momentum) })
            ),
            ("nesterov", Schema.bool.defaulting(to: true).described("Of sgd.")),
            ("rho", share.defaulting(to: 0.9).described("Of rmsprop.")),
            ("beta1", share.defaulting(to: 0.9).described("Of adam and adamw.")),
            ("beta2", share.defaulting(to: 0.999).described("Of adam and adamw.")),
            (
                "epsilon",
                gamma.defaulting(to: 1e-8).described("Of adam, adamw, adagrad and rmsprop.")
            ),
            (
                "learning_rate_init",
                .number(1e-100...1e6).defaulting(to: 0.001).described("The rate of the first epoch.")
            ),
            (
                "learning_rate",
                .choice(ScheduleKind.self).defaulting(to: .string(ScheduleKind.constant.rawValue))
                    .described("How the rate changes.")
            ),
            ("power_t", .number(0...100).defaulting(to: 0.5).described("Of invscaling.")),
            ("gamma", gamma.described("Of exponential, 0.99 if left out, and of step, 0.5.")),
            ("step_size", .integer(1...1_000_000).defaulting(to: 10).described("Epochs between two steps of step.")),
            ("clip_norm", .number(1e-100...1e100).described("The largest norm of a gradient.")),
        ]
    }

    // MARK: - When to stop

    private static var stopOptions: Options {
        [
            (
                "max_iter",
                .integer(1...1_000_000).defaulting(to: .integer(defaults.maxIter))
                    .described("Epochs at most." + own { .integer($0.maxIter) })
            ),
            ("max_runtime_s", .number(0.001...1e9).described("Seconds at most, from the first start.")),
            (
                "tol",
                .number(0...1e6).defaulting(to: .number(defaults.tol))
                    .described("A smaller gain in loss counts as none; 0 never stops early." + own { .number($0.tol) })
            ),
            (
                "n_iter_no_change",
                .integer(1...1_000_000).defaulting(to: 10).described("Epochs without gain after which training stops.")
            ),
        ]
    }

    // MARK: - How it is done and kept

    private static var workOptions: Options {
        [
            (
                "batch_size",
                Schema.any(.choice(["auto", "full"]), .integer(1...1_000_000_000)).defaulting(to: "auto")
                    .described("Rows per iteration.")
            ),
            (
                "shuffle",
                .choice(Shuffle.self).defaulting(to: .string(Shuffle.once.rawValue))
                    .described("When the rows are put in a new order.")
            ),
            (
                "shape",
                .choice(StatementShape.self, also: ["auto"]).defaulting(to: "auto")
                    .described("The relational form of the statement.")
            ),
            (
                "block_size",
                .integer(1...1_000_000).described("Iterations per statement of recursive, block and window.")
            ),
            (
                "deterministic",
                Schema.bool.defaulting(to: false).described("Serial plans only: the same bits every time.")
            ),
            ("history", HistoryPolicy.schema),
            (
                "tags",
                .array(of: text(1...100), count: 0...RunText.maximumTags, unique: true)
                    .described("Words by which people find the run again.")
            ),
            ("notes", text(0...10_000).described("What people want to remember of it.")),
        ]
    }

    // MARK: - Helpers

    /// PostgreSQL has no text with a NUL in it.
    private static func text(_ length: ClosedRange<Int>) -> Schema { .string(length: length, pattern: #"^[^\x00]*$"#) }

    private static let identifier = Schema.string(pattern: #"^[^\x00]*$"#)

    /// What the examples have where it differs from a table's.
    private static func own(_ value: (Defaults) -> JSON) -> String {
        let others = ExampleData.Kind.allCases.compactMap { kind -> String? in
            let own = value(Defaults(.example(kind, rows: kind.defaultRows)))
            return own == value(defaults) ? nil : "\(kind.rawValue) \(own.compact)"
        }
        return others.isEmpty ? "" : " The examples' own: " + others.joined(separator: ", ") + "."
    }
}

extension DataSource {
    fileprivate static var schema: Schema {
        let table = Schema.object(
            ["table": .string(pattern: #"^[^\x00]*$"#).described("As PostgreSQL finds it: `iris`, `public.iris`.")],
            optional: ["where": Condition.schema.nullable],
            isClosed: true
        )
        let example = Schema.object(
            optional: [
                "example": .choice(ExampleData.Kind.self).defaulting(to: .string(ExampleData.Kind.article.rawValue))
                    .nullable,
                "rows": .integer(1...100_000_000).nullable,
            ],
            isClosed: true
        )
        return Schema.any(table, example).defaulting(to: ["example": .string(ExampleData.Kind.article.rawValue)])
            .described("Where the rows come from.")
    }
}

extension Condition {
    fileprivate static var schema: Schema {
        let constant = Schema(["type": ["string", "number", "boolean"], "pattern": #"^[^\x00]*$"#])
        let constants = Schema.array(of: constant, count: 1...1_000)
        var comparisons: JSON = [:]
        for comparison in Comparison.allCases {
            let operand: Schema =
                switch comparison {
                case .among, .notAmong: constants
                case .isNull: .bool
                case .equal, .unequal, .below, .atMost, .above, .atLeast, .like: constant
                }
            comparisons.set(comparison.rawValue, operand.json)
        }
        let compared = Schema(["type": "object", "properties": comparisons, "additionalProperties": false])
        return Schema.map(of: .any(constant, constants, compared, .null))
            .described("Conditions by column, all of which have to hold: a value, several, or comparisons.")
            .example(["age": [">=": 18], "country": ["DE", "AT"]])
    }
}

extension HistoryPolicy {
    fileprivate static var schema: Schema {
        let count = Schema.integer(1...1_000_000)
        return Schema.any(
            .choice(["all", "last"]),
            .object(["every": count], isClosed: true),
            .object(["last": count], isClosed: true)
        )
        .defaulting(to: "all")
        .described("Which epochs' parameters stay; the newest always does.")
    }
}

extension Resumption {
    /// The schema of `POST /train/{id}/resume`.
    public static var schema: Schema {
        .object(
            optional: [
                "max_iter": .integer(1...1_000_000).nullable
                    .described("Epochs at most, those before counted; left out, what the run has."),
                "max_runtime_s": .number(0.001...1e9).nullable
                    .described("Seconds at most from now on; left out, what the run has."),
            ],
            isClosed: true
        )
        .example([:])
        .example(["max_iter": 400])
    }
}

extension RunEdit {
    /// The schema of `PATCH /train/{id}`.
    public static var schema: Schema {
        let options = TrainingRequest.schema.json["properties"]
        var members: JSON = [:]
        for name in ["name", "tags", "notes"] { members.set(name, options?[name] ?? .null) }
        return Schema(["type": "object", "properties": members, "additionalProperties": false])
            .example(["tags": ["kept"], "notes": .null])
    }
}
