import Lowering
import Postgres
import SQLText

/// Iterates: holds the newest parameters and solver state, and the prepared statements that make the next ones.
struct EpochLoop {
    /// What came of an iteration.
    enum Outcome {
        case recorded(loss: Double, metric: Double, milliseconds: Double)
        /// A number is not finite or beyond all measure. Nothing was written; the last finite epoch stands.
        case diverged
    }

    /// The last committed epoch.
    private(set) var epoch: Int
    private var weights: [Double]
    private var state: [Double]
    private let plan: TrainingPlan
    private let lease: Lease
    private let recorder: EpochRecorder
    private let rows: Int
    private let rate: Double
    private let positions: [String: Int]
    /// Prepared statements by the number of iterations they do: the last block may be shorter.
    private var prepared: [Int: Statements] = [:]

    private struct Statements {
        let iterate: (name: String, text: RenderedSQL)
        /// Nil where iterating records too.
        let record: (name: String, text: RenderedSQL)?
    }

    init(_ run: Run, plan: TrainingPlan, lease: Lease, rate: Double, on connection: Connection) async throws {
        let newest = try await connection.query(
            """
            SELECT p.epoch, p.weights, s.state FROM pgradient.params AS p
            LEFT JOIN pgradient.solver_state AS s ON s.run_id = p.run_id AND s.epoch = p.epoch
            WHERE p.run_id = \(run.id) ORDER BY p.epoch DESC LIMIT 1
            """,
            name: "newest parameters"
        )
        guard let row = newest.first else { throw TrainingError(.internal, "run \(run.id) has no parameters") }
        epoch = try row.get("epoch")
        weights = try row.get("weights")
        state = try row.get("state") ?? [Double](repeating: 0, count: plan.step.stateCount)
        guard weights.count == plan.step.layout.count, state.count == plan.step.stateCount else {
            throw TrainingError(.internal, "the stored parameters of run \(run.id) do not fit its network")
        }
        self.plan = plan
        self.lease = lease
        self.rate = rate
        self.rows = run.rows ?? 0
        recorder = EpochRecorder(lease: lease, run: run, rows: self.rows)
        positions = Dictionary(uniqueKeysWithValues: zip(plan.step.layout.names, 0...))
    }

    /// One statement's worth of iterations, recorded in one fenced transaction.
    mutating func advance(limit: Int, on connection: Connection) async throws -> Outcome {
        let iterations = min(plan.blockSize, limit - epoch)
        let statements = try await statements(iterations, on: connection)
        let started = ContinuousClock.now
        let target = epoch + iterations
        let row = try await withinRange {
            try await connection.transaction { connection in
                try await lease.fence(on: connection)
                let binds = try statements.iterate.text.binds { fill($0, target) }
                let result = try await connection.execute(prepared: statements.iterate.name, binds)
                guard let row = result.first, try row.get("rows") == Double(rows) else { throw SnapshotLost() }
                guard let record = statements.record else { return row }
                let milliseconds = started.duration(to: .now) / .milliseconds(1)
                let recording = try record.text.binds { try? fill($0, target, result: row, milliseconds) }
                guard let recorded = try await connection.execute(prepared: record.name, recording).first else {
                    throw SnapshotLost()
                }
                return recorded
            }
        }
        guard let row, try row.get("recorded") else { return .diverged }
        let loss: Double = try row.get("loss")
        weights = try row.get("weights")
        state = try row.get("state")
        epoch = target
        let milliseconds = started.duration(to: .now) / .milliseconds(1) / Double(iterations)
        return .recorded(loss: loss, metric: try row.get("metric"), milliseconds: milliseconds)
    }

    /// Measures the last parameters: the iteration that would do so does not come.
    /// - Returns: false if there is no finite measure of them.
    func close(on connection: Connection) async throws -> Bool {
        let statement = recorder.close(try plan.evaluation()).render()
        try await connection.prepare("close", statement)
        let row = try await withinRange {
            try await connection.transaction { connection in
                try await lease.fence(on: connection)
                let result = try await connection.execute(prepared: "close", statement.binds { fill($0, epoch) })
                guard let row = result.first, try row.get("rows") == Double(rows) else { throw SnapshotLost() }
                return row
            }
        }
        return try row?.get("recorded") ?? false
    }

    /// Runs a transaction; nil if a number left the range of float8, which is how PostgreSQL tells of divergence.
    private func withinRange(_ transaction: () async throws -> Row) async throws -> Row? {
        do {
            return try await transaction()
        } catch let error as PostgresError where error.sqlState == "22003" {
            return nil
        }
    }

    private mutating func statements(_ iterations: Int, on connection: Connection) async throws -> Statements {
        if let known = prepared[iterations] { return known }
        let statement = try plan.statement(iterations: iterations)
        let made: Statements
        if plan.isParallel {
            let record = ("record", recorder.record(iterations: iterations).render())
            made = Statements(iterate: ("iterate_\(iterations)", statement.sql.render()), record: record)
            try await connection.prepare(record.0, record.1)
        } else {
            let text = recorder.iterateAndRecord(statement).render()
            made = Statements(iterate: ("iterate_\(iterations)", text), record: nil)
        }
        try await connection.prepare(made.iterate.name, made.iterate.text)
        prepared[iterations] = made
        return made
    }

    /// The values of the holes that every statement has.
    private func fill(_ hole: String, _ target: Int) -> SQLValue? {
        if let position = positions[hole] { return .float8(weights[position]) }
        switch hole {
        case HoleName.state: return .float8Array(state)
        case HoleName.learningRate: return .float8(rate)
        case HoleName.iteration: return .float8(Double(epoch + 1))
        case EpochRecorder.Hole.epoch: return .int8(Int64(target))
        default: return nil
        }
    }

    /// The values of the recording statement: the iteration's result.
    private func fill(_ hole: String, _ target: Int, result: Row, _ milliseconds: Double) throws -> SQLValue? {
        switch hole {
        case EpochRecorder.Hole.weights: .float8Array(try result.get("weights"))
        case EpochRecorder.Hole.state: .float8Array(try result.get("state"))
        case EpochRecorder.Hole.loss: .float8(try result.get("loss"))
        case EpochRecorder.Hole.metric: .float8(try result.get("metric"))
        case EpochRecorder.Hole.rows: .float8(try result.get("rows"))
        case EpochRecorder.Hole.duration: .float8(milliseconds)
        default: fill(hole, target)
        }
    }
}

/// The snapshot does not hold the rows it was made with: the server crashed, and unlogged tables are empty after that.
struct SnapshotLost: Error, CustomStringConvertible {
    var description: String { "the snapshot of the run has lost its rows" }
}
