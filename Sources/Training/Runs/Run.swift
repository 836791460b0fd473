import JSONTree
import Lowering
import Networks
import Postgres
import SQLText

/// A training run as its row in `pgradient.runs` has it.
public struct Run: Sendable {
    /// Where a run stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        case queued, preparing, running, succeeded, failed, diverged, cancelled

        /// Whether nothing more will happen to it by itself.
        public var isFinal: Bool {
            switch self {
            case .queued, .preparing, .running: false
            case .succeeded, .failed, .diverged, .cancelled: true
            }
        }
    }

    /// Why a run stopped.
    public enum StopReason: String, Sendable, Hashable, CaseIterable {
        case maxIter = "max_iter"
        case tol
        case earlyStopping = "early_stopping"
        case maxRuntime = "max_runtime"
        case diverged, cancelled, error
    }

    public let id: Int
    /// Which version of its row this is.
    public let version: RowVersion
    public let name: String?
    public let state: State
    /// The request with every default filled in.
    public let spec: JSON
    public let task: TaskKind
    public let seed: Int
    public let features: [String]
    public let label: String
    /// Units per layer; nil until the data has been looked at.
    public let layerSizes: [Int]?
    public let activations: [Activation]
    /// The classes with the JSON type of their column; nil for regression, and until the data has been looked at.
    public let classes: [JSON]?
    /// How each feature becomes columns of numbers; nil until the data has been looked at.
    let encodings: [FeatureEncoding]?
    /// Rows to train on, class by class.
    public let classCounts: [Int]?
    /// What the rows of each class count in the loss; nil if all count 1.
    public let classWeights: [Double]?
    /// What was decided without being asked for, in sentences.
    public let notices: [String]
    let splitThresholds: [Int64]?
    /// Rows that are held out for validation.
    public let validationRows: Int?
    let validationVariance: Double?
    public let validationLoss: Double?
    public let validationAccuracy: Double?
    public let validationR2: Double?
    /// The epoch with the lowest validation loss.
    public let bestEpoch: Int?
    public let labelVariance: Double?
    public let rows: Int?
    public let contentHash: String?
    public let shape: StatementShape?
    public let shapeReason: String?
    /// Rows that an iteration reads.
    public let batchSize: Int?
    /// The forms that the statement could take; empty until the data has been looked at.
    public let candidates: [Candidate]
    /// The last committed epoch.
    public let epoch: Int
    public let maxIter: Int
    public let loss: Double?
    public let accuracy: Double?
    public let r2: Double?
    public let learningRate: Double?
    public let stopReason: StopReason?
    /// What ended a failed run: an object with code, message, hint, sqlstate.
    public let error: JSON?
    /// Words by which people find it again.
    public let tags: [String]
    public let notes: String?
    /// The epoch of the run named by `warm_start` whose parameters it began with.
    public let warmStartEpoch: Int?
    /// The epoch at which it was resumed last, after it had ended: stop rules count from there.
    public let resumedFrom: Int?
    public let attempt: Int
    /// Seconds since 1970.
    public let createdAt: Double
    public let startedAt: Double?
    public let finishedAt: Double?
    /// How long it has been trained, without the pauses before it was resumed; nil before its first start.
    public let seconds: Double?
    /// Seconds until the run is done at the pace so far; nil unless it is running.
    public let etaSeconds: Double?
}

extension Run {
    /// Whether the epoch with the best validation loss is the one that predicts.
    var restoresBest: Bool { spec["restore_best"]?.boolValue ?? false }

    /// The columns `init(_:)` reads, for a table alias `r`.
    static let columns: SQL = """
        r.id, \(RowVersion.column("r")) AS version, r.name, r.state, r.spec, r.task, r.seed, r.feature_names, r.label_name, r.layer_sizes::int8[] AS layer_sizes,
        r.activations, r.class_labels, r.feature_encodings, r.class_counts, r.class_weights, r.notices, r.split_thresholds,
        r.validation_rows, r.validation_variance, r.validation_loss, r.validation_accuracy, r.validation_r2, r.best_epoch,
        r.label_variance, r.rows, r.content_hash,
        r.shape, r.shape_reason, r.batch_size, r.candidates, r.epoch, r.max_iter, r.loss, r.accuracy, r.r2, r.learning_rate, r.stop_reason, r.error,
        r.attempt, r.created_at, r.started_at, r.finished_at, r.tags, r.notes, r.warm_start_epoch, r.resumed_from,
        CASE WHEN r.started_at IS NOT NULL THEN
            r.spent_s + coalesce(
                extract(epoch FROM coalesce(r.finished_at, clock_timestamp()) - r.active_since)::float8, 0)
        END AS seconds,
        CASE WHEN r.state = 'running' AND r.epoch > 0 THEN
            (SELECT avg(m.duration_ms) FROM pgradient.metrics AS m
             WHERE m.run_id = r.id AND m.split = 'train' AND m.epoch >= r.epoch - 20) * (r.max_iter - r.epoch) / 1000
        END AS eta_s
        """

    init(_ row: Row) throws {
        id = try row.get("id")
        version = RowVersion(run: id, epoch: try row.get("epoch"), try row.get("version"))
        name = try row.get("name")
        state = try Self.known(row.get("state"))
        spec = try JSON(parsing: row.decode(String.self, "spec").utf8)
        task = try Self.known(row.get("task"))
        seed = try row.get("seed")
        features = try row.get("feature_names")
        label = try row.get("label_name")
        layerSizes = try row.decode([Int]?.self, "layer_sizes")
        activations = try (row.decode([String]?.self, "activations") ?? []).map { try Self.known($0) }
        classes = try row.decode(String?.self, "class_labels").flatMap { try JSON(parsing: $0.utf8).arrayValue }
        encodings = try row.decode(String?.self, "feature_encodings").map { text in
            try (JSON(parsing: text.utf8).arrayValue ?? []).map { try FeatureEncoding($0) }
        }
        classCounts = try row.decode([Int]?.self, "class_counts")
        classWeights = try row.decode([Double]?.self, "class_weights")
        notices = try (JSON(parsing: row.decode(String.self, "notices").utf8).arrayValue ?? []).compactMap(
            \.stringValue
        )
        splitThresholds = try row.decode([Int64]?.self, "split_thresholds")
        validationRows = try row.get("validation_rows")
        validationVariance = try row.get("validation_variance")
        validationLoss = try row.get("validation_loss")
        validationAccuracy = try row.get("validation_accuracy")
        validationR2 = try row.get("validation_r2")
        bestEpoch = try row.get("best_epoch")
        labelVariance = try row.get("label_variance")
        rows = try row.get("rows")
        contentHash = try row.get("content_hash")
        shape = try row.decode(String?.self, "shape").map { try Self.known($0) }
        shapeReason = try row.get("shape_reason")
        batchSize = try row.get("batch_size")
        candidates =
            try row.decode(String?.self, "candidates")
            .map { try JSON(parsing: $0.utf8).arrayValue ?? [] }?.compactMap(Candidate.init) ?? []
        epoch = try row.get("epoch")
        maxIter = try row.get("max_iter")
        loss = try row.get("loss")
        accuracy = try row.get("accuracy")
        r2 = try row.get("r2")
        learningRate = try row.get("learning_rate")
        stopReason = try row.decode(String?.self, "stop_reason").map { try Self.known($0) }
        error = try row.decode(String?.self, "error").map { try JSON(parsing: $0.utf8) }
        tags = try row.get("tags")
        notes = try row.get("notes")
        warmStartEpoch = try row.get("warm_start_epoch")
        resumedFrom = try row.get("resumed_from")
        attempt = try row.get("attempt")
        createdAt = try row.get("created_at")
        startedAt = try row.get("started_at")
        finishedAt = try row.get("finished_at")
        seconds = try row.get("seconds")
        etaSeconds = try row.get("eta_s")
    }

    private static func known<T: RawRepresentable>(_ text: String) throws(TrainingError) -> T
    where T.RawValue == String {
        guard let value = T(rawValue: text) else {
            throw TrainingError(.internal, "this version of pgradient does not know the \(T.self) \"\(text)\"")
        }
        return value
    }
}
