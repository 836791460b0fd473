import Lowering
import Networks
import Postgres
import SQLText
import Samples

/// Trains by executing statements, keeping what goes from one to the next.
public struct Trainer {
    public let lowering: Lowering
    public let learningRate: Double
    public let connection: Connection
    public private(set) var weights: [Double]
    public private(set) var state: [Double]
    public private(set) var iteration = 0
    private let positions: [String: Int]

    /// What the iterations of a statement measured.
    public struct Measures {
        public let loss: Double
        public let metric: Double
        public let rows: Double
    }

    public init(_ step: TrainingStep, weights: [Double], learningRate: Double, on connection: Connection) {
        self.init(Lowering(step), weights: weights, learningRate: learningRate, on: connection)
    }

    public init(_ lowering: Lowering, weights: [Double], learningRate: Double, on connection: Connection) {
        self.lowering = lowering
        self.learningRate = learningRate
        self.weights = weights
        self.state = [Double](repeating: 0, count: lowering.step.stateCount)
        self.connection = connection
        positions = Dictionary(uniqueKeysWithValues: zip(lowering.step.layout.names, 0...))
    }

    /// A statement of a shape that does some iterations: for the shape that does only one it must be one.
    public func statement(_ shape: StatementShape, iterations: Int) throws -> LoweredStatement {
        let source = RowSource(table: exampleTable)
        return switch shape {
        case .step: try lowering.step(source)
        case .window: try lowering.window(source, iterations: iterations)
        }
    }

    /// Executes a statement and takes over its weights.
    public nonisolated(nonsending) mutating func run(_ statement: LoweredStatement) async throws -> Measures {
        let row = try await execute(statement)
        weights = try row.decode([Double].self, "weights")
        state = try row.decode([Double].self, "state")
        iteration += statement.iterations
        return try Self.measures(row)
    }

    /// Executes the forward part alone.
    public nonisolated(nonsending) func evaluate() async throws -> Measures {
        try Self.measures(try await execute(try lowering.evaluation(RowSource(table: exampleTable))))
    }

    /// Class probabilities or values, and classes, row by row.
    public nonisolated(nonsending) func predict() async throws -> (predictions: [Double], classes: [Double]) {
        let statement = try lowering.prediction(RowSource(table: exampleTable))
        let rows = try await rows(of: statement)
        let classes = lowering.step.perRow.predictedClass == nil ? [] : try rows.decode(Double.self, "class")
        return (try rows.decode([Double].self, "prediction").flatMap { $0 }, classes)
    }

    public nonisolated(nonsending) func execute(_ statement: LoweredStatement) async throws -> Row {
        let rows = try await rows(of: statement)
        guard let row = rows.first, rows.count == 1 else { throw WrongRowCount(count: rows.count) }
        return row
    }

    nonisolated(nonsending) private func rows(of statement: LoweredStatement) async throws -> Rows {
        let rendered = statement.sql.render()
        try await connection.prepare("statement", rendered)
        return try await connection.execute(prepared: "statement", try rendered.binds(fill))
    }

    /// The value of a hole.
    public func fill(_ hole: String) -> SQLValue? {
        switch hole {
        case HoleName.learningRate: .float8(learningRate)
        case HoleName.iteration: .float8(Double(iteration + 1))
        case HoleName.state: .float8Array(state)
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

/// A statement gave another number of rows than its shape has.
public struct WrongRowCount: Error {
    public let count: Int
}
