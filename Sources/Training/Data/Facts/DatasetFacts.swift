import JSONTree
import Networks

/// What training needs to know about the rows, computed in the database and kept with the run.
struct DatasetFacts: Sendable {
    /// Rows to train on.
    var rows: Int
    /// Rows that are held out for validation.
    var validationRows: Int
    var encodings: [FeatureEncoding]
    /// The classes as text, in the order of the outputs; empty for regression.
    var classes: [String]
    /// Rows to train on, class by class.
    var classCounts: [Int]
    /// What the rows of each class count in the loss; nil if all count 1.
    var classWeights: [Double]?
    /// Population variance of the label among the rows to train on; nil for classification.
    var labelVariance: Double?
    /// That among the rows for validation.
    var validationVariance: Double?
    var thresholds: SourceRows.Thresholds?
    /// What was decided without being asked for, in sentences.
    var notices: [String]

    /// Squares of larger numbers, summed, would leave float8.
    static let maximumMagnitude = 1e100

    /// The columns of the snapshot that hold features.
    var columns: [InputColumn] { encodings.flatMap(\.columns) }
    /// Inputs of the network.
    var inputs: Int { columns.reduce(0) { $0 + $1.inputs } }
}

extension DatasetFacts {
    /// The facts a run was prepared with.
    /// - Throws: `TrainingError` if it is not prepared yet.
    init(of run: Run) throws(TrainingError) {
        guard let rows = run.rows, let encodings = run.encodings else { throw .notReady(run) }
        let classes = (run.classes ?? []).map { $0.stringValue ?? $0.compact }
        self.init(
            rows: rows,
            validationRows: run.validationRows ?? 0,
            encodings: encodings,
            classes: classes,
            classCounts: run.classCounts ?? [],
            classWeights: run.classWeights,
            labelVariance: run.labelVariance,
            validationVariance: run.validationVariance,
            thresholds: run.splitThresholds.map { .init(classes: classes, hashes: $0) },
            notices: run.notices
        )
    }
}
