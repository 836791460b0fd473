import JSONTree
import Lowering
import Networks

/// What to train, every default filled in.
public struct TrainingRequest: Sendable {
    /// A name for people.
    public var name: String?
    /// Where the rows are.
    public var source: DataSource
    /// The columns to learn from; nil means all but the label.
    public var features: [String]?
    /// What is said of columns, by name.
    public var columns: [String: ColumnOption]
    /// The column to predict.
    public var label: String
    /// Nil means by the type of the label.
    public var task: TaskKind?
    /// What becomes of rows in which something is missing.
    public var nulls: NullPolicy
    /// What the rows of a class count in the loss.
    public var classWeights: ClassWeights?
    /// The column that says what a row counts in the loss.
    public var weightColumn: String?
    /// The column that says which rows are held out.
    public var splitColumn: String?
    /// The share of the rows that is held out for validation; nil for none, or what the split column says.
    public var validationFraction: Double?
    /// Whether training stops when the validation loss does, instead of the training loss.
    public var earlyStopping: Bool
    /// Whether the epoch with the best validation loss is the one that predicts.
    public var restoreBest: Bool
    /// Units per hidden layer.
    public var hiddenLayerSizes: [Int]
    /// One per hidden layer.
    public var activations: [Activation]
    /// How gradients become steps.
    public var solver: Solver
    /// The learning rate of the first epoch.
    public var learningRate: Double
    /// How it changes.
    public var schedule: Schedule
    /// What is minimised; nil means by the task.
    public var loss: Head?
    /// The share of a label's claim that is spread over all classes.
    public var labelSmoothing: Double
    /// l1 · Σ|W| is added to the mean loss.
    public var l1: Double
    /// l2/2 · ΣW² is added to the mean loss; with adamw weights decay by it instead.
    public var l2: Double
    /// The largest norm of the gradient that the solver is given.
    public var clipNorm: Double?
    /// Epochs at most.
    public var maxIter: Int
    /// Seconds after which training stops, from its first start; nil for any time.
    public var maxRuntime: Double?
    /// A smaller gain in loss than this counts as none; 0 never stops early.
    public var tol: Double
    /// Epochs without gain after which training stops.
    public var patience: Int
    /// Whether features are scaled to mean 0 and deviation 1.
    public var standardize: Bool
    /// How the initial weights are made.
    public var initialization: Initialization
    /// The run whose parameters this one begins with; nil makes them by `initialization`.
    public var warmStart: Int?
    /// Seeds weights and example data.
    public var seed: Int
    /// The form of the statement; nil lets pgradient choose.
    public var shape: StatementShape?
    /// Iterations per statement; nil leaves that to pgradient.
    public var blockSize: Int?
    /// Rows per iteration.
    public var batchSize: BatchSize
    /// When the rows are put in a new order.
    public var shuffle: Shuffle
    /// Whether the same request on the same rows must give the same bits.
    public var isDeterministic: Bool
    /// Which epochs' parameters are kept.
    public var history: HistoryPolicy
    /// Words by which people find the run again.
    public var tags: [String]
    /// What people want to remember of it.
    public var notes: String?
}

extension TrainingRequest {
    /// What is minimised when the task is known.
    func head(_ task: TaskKind) -> Head {
        switch task {
        case .classification: loss ?? .softmaxCrossEntropy
        case .regression: loss ?? .squaredError
        }
    }

    /// The network, once the data has told how many inputs and outputs there are.
    /// - Parameters:
    ///   - columns: those of the snapshot that hold features; nil if each is an input.
    ///   - iterationsPerEpoch: how many batches the rows have.
    func network(
        task: TaskKind,
        layerSizes: [Int],
        columns: [InputColumn]?,
        iterationsPerEpoch: Int
    ) -> NetworkSpec {
        NetworkSpec(
            layerSizes: layerSizes,
            columns: columns,
            hasRowWeights: hasRowWeights,
            activations: activations,
            head: head(task),
            labelSmoothing: labelSmoothing,
            l1: l1,
            l2: l2,
            clipNorm: clipNorm,
            solver: solver,
            schedule: schedule,
            iterationsPerEpoch: iterationsPerEpoch
        )
    }
}

extension TrainingRequest {
    /// Whether rows count differently.
    var hasRowWeights: Bool { classWeights != nil || weightColumn != nil }
}

extension TrainingRequest {
    /// How so many rows are divided into mini-batches.
    func batching(rows: Int) -> Batching {
        Batching(rows: rows, size: Batching.size(batchSize, shape, rows: rows), shuffle: shuffle, seed: seed)
    }
}

/// Classes or numbers.
public enum TaskKind: String, Sendable, Hashable, Codable, CaseIterable {
    case classification
    case regression
}

/// Where initial weights come from. Biases begin at 0 but for given ones.
public enum Initialization: Sendable, Hashable {
    /// Normal with variance 2 / inputs (He et al. 2015).
    case he
    /// Uniform within ±√(6 / (inputs + units)) (Glorot and Bengio 2010).
    case glorot
    /// Normal with the given standard deviation.
    case normal(scale: Double)
    /// These, in the documented order of parameters.
    case weights([Double])
    /// He for layers with relu and its kin, Glorot for others.
    case byActivation
}
