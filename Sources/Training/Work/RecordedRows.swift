import Lowering
import Postgres
import SQLText

/// Result rows of iterations on their way to the recording statement.
struct RecordedRows {
    /// A result row.
    struct Answer {
        let iteration: Int64
        let weights: [Double]
        let state: [Double]
        let loss: Double
        let metric: Double
        let rows: Double
        let batch: Int
        let seenLoss: Double
        let seenMetric: Double

        /// - Parameters:
        ///   - after: how many iterations were done before the statement that answered.
        ///   - isPartial: whether an epoch has several batches.
        init(_ row: Row, after: Int, isPartial: Bool) throws {
            iteration = try row.get("iteration") + Int64(after)
            weights = try row.get("weights")
            state = try row.get("state")
            loss = try row.get("loss")
            metric = try row.get("metric")
            rows = try row.get("rows")
            batch = isPartial ? try row.get("batch") : 0
            seenLoss = isPartial ? try row.get("seen_loss") : 0
            seenMetric = isPartial ? try row.get("seen_metric") : 0
        }

        /// Moves a checkpoint on to where the next iteration begins; its epoch stays.
        func update(_ checkpoint: inout Checkpoint) {
            checkpoint.weights = weights
            checkpoint.state = state
            checkpoint.batch = batch
            checkpoint.seenLoss = seenLoss
            checkpoint.seenMetric = seenMetric
            checkpoint.seenRows = rows
        }
    }

    private let answers: [Answer]
    private let milliseconds: Double

    /// - Parameters:
    ///   - all: every row; what lies within an epoch is left out, but for the last.
    ///   - milliseconds: how long all iterations took.
    init(_ all: [Answer], milliseconds: Double) {
        answers = all.enumerated().filter { $1.batch == 0 || $0 == all.count - 1 }.map(\.element)
        self.milliseconds = milliseconds
    }

    /// The value of a hole of the recording statement; nil if it is not the rows'.
    subscript(_ hole: String) -> SQLValue? {
        switch hole {
        case EpochRecorder.Hole.done: .int8Array(answers.map(\.iteration))
        case EpochRecorder.Hole.weights: .float8Array(answers.flatMap(\.weights))
        case EpochRecorder.Hole.state: .float8Array(answers.flatMap(\.state))
        case EpochRecorder.Hole.loss: .float8Array(answers.map(\.loss))
        case EpochRecorder.Hole.metric: .float8Array(answers.map(\.metric))
        case EpochRecorder.Hole.rows: .float8Array(answers.map(\.rows))
        case EpochRecorder.Hole.newBatch: .int8Array(answers.map { Int64($0.batch) })
        case EpochRecorder.Hole.seenLoss: .float8Array(answers.map(\.seenLoss))
        case EpochRecorder.Hole.seenMetric: .float8Array(answers.map(\.seenMetric))
        case EpochRecorder.Hole.duration: .float8(milliseconds)
        default: nil
        }
    }
}
