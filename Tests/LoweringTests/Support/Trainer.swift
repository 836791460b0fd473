import Lowering
import Networks
import Postgres
import SQLText
import Samples

/// Trains by executing statements, keeping what goes from one to the next.
struct Trainer {
    let lowering: Lowering
    let learningRate: Double
    let connection: Connection
    private(set) var weights: [Double]
    private(set) var state: [Double]
    private(set) var iteration = 0
    /// Iterations per epoch.
    private let batches: Int
    private(set) var batch = 0
    private var seen = [0.0, 0, 0]
    private var asked = 1
    private let positions: [String: Int]

    /// A result row.
    struct Answer {
        let iteration: Int
        let weights: [Double]
        let state: [Double]
        let measures: Measures
        let batch: Int
        let seenLoss: Double
        let seenMetric: Double
    }

    /// What an iteration, or all of an epoch so far, measured.
    struct Measures {
        let loss: Double
        let metric: Double
        let rows: Double
    }

    init(_ step: TrainingStep, weights: [Double], learningRate: Double, batches: Int = 1, on connection: Connection) {
        self.batches = batches
        lowering = Lowering(step)
        self.learningRate = learningRate
        self.weights = weights
        self.state = [Double](repeating: 0, count: step.stateCount)
        self.connection = connection
        positions = Dictionary(uniqueKeysWithValues: zip(step.layout.names, 0...))
    }

    /// A statement of a shape that does some iterations: for the shape that does only one it must be one.
    func statement(_ shape: StatementShape, iterations: Int) throws -> LoweredStatement {
        try lowering.statement(shape, RowSource(table: exampleTable, batches: batches), iterations: iterations)
    }

    /// Executes a statement and takes over the weights of its last row.
    /// - Parameter iterations: how many, if the statement takes any number.
    /// - Returns: what each row measured.
    @discardableResult
    nonisolated(nonsending) mutating func run(_ statement: LoweredStatement, iterations: Int = 1) async throws
        -> [Answer]
    {
        asked = statement.iterations ?? iterations
        let rows = try await rows(of: statement).map { row in
            Answer(
                iteration: self.iteration + (try row.decode(Int.self, "iteration")),
                weights: try row.decode([Double].self, "weights"),
                state: try row.decode([Double].self, "state"),
                measures: try Self.measures(row),
                batch: batches > 1 ? try row.decode(Int.self, "batch") : 0,
                seenLoss: batches > 1 ? try row.decode(Double.self, "seen_loss") : 0,
                seenMetric: batches > 1 ? try row.decode(Double.self, "seen_metric") : 0
            )
        }.sorted { $0.iteration < $1.iteration }
        guard let last = rows.last else { throw WrongRowCount(count: 0) }
        (weights, state, iteration) = (last.weights, last.state, last.iteration)
        (batch, seen) = (last.batch, [last.seenLoss, last.seenMetric, last.measures.rows])
        return rows
    }

    /// Executes the forward part alone.
    nonisolated(nonsending) func evaluate() async throws -> Measures {
        let rows = try await rows(of: try lowering.evaluation(RowSource(table: exampleTable)))
        guard let row = rows.first, rows.count == 1 else { throw WrongRowCount(count: rows.count) }
        return try Self.measures(row)
    }

    /// Class probabilities or values, and classes, row by row.
    nonisolated(nonsending) func predict() async throws -> (predictions: [Double], classes: [Double]) {
        let statement = try lowering.prediction(RowSource(table: exampleTable))
        let rows = try await rows(of: statement)
        let classes = lowering.step.perRow.predictedClass == nil ? [] : try rows.decode(Double.self, "class")
        return (try rows.decode([Double].self, "prediction").flatMap { $0 }, classes)
    }

    nonisolated(nonsending) private func rows(of statement: LoweredStatement) async throws -> Rows {
        let rendered = statement.sql.render()
        try await connection.prepare("statement", rendered)
        return try await connection.execute(prepared: "statement", try rendered.binds(fill))
    }

    /// The value of a hole.
    func fill(_ hole: String) -> SQLValue? {
        switch hole {
        case HoleName.learningRate: .float8(learningRate)
        case HoleName.iteration: .float8(Double(iteration + 1))
        case HoleName.state: .float8Array(state)
        case HoleName.weights: .float8Array(weights)
        case HoleName.iterations: .int8(Int64(asked))
        case HoleName.batch: .int8(Int64(batch))
        case HoleName.seenLoss: .float8(seen[0])
        case HoleName.seenMetric: .float8(seen[1])
        case HoleName.seenRows: .float8(seen[2])
        default: positions[hole].map { .float8(weights[$0]) }
        }
    }

    private static func measures(_ row: Row) throws -> Measures {
        Measures(
            loss: try row.decode(Double.self, "loss"),
            metric: try row.decode(Double.self, "metric"),
            rows: try row.decode(Double.self, "rows")
        )
    }
}

struct WrongRowCount: Error { let count: Int }
