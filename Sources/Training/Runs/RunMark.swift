import Postgres
import SQLText

/// How far a run is, and nothing else: what can be asked often, of many runs at a time.
public struct RunMark: Sendable, Hashable {
    /// The run.
    public let run: Int
    /// Where it stands.
    public let state: Run.State
    /// The last committed epoch.
    public let epoch: Int

    /// The mark of a run that is known whole.
    public init(_ run: Run) {
        self.run = run.id
        state = run.state
        epoch = run.epoch
    }

    init(_ row: Row) throws {
        run = try row.get("id")
        epoch = try row.get("epoch")
        let name: String = try row.get("state")
        guard let state = Run.State(rawValue: name) else {
            throw TrainingError(.internal, "this version of pgradient does not know the state \"\(name)\"")
        }
        self.state = state
    }
}

extension TrainingService {
    /// How far runs are, in one statement; those that are gone are left out.
    public func marks(of runs: [Int]) async throws -> [RunMark] {
        let ids = SQLValue.int8Array(runs.map { Int64($0) })
        return try await pool.withConnection { connection in
            try await connection.query(
                "SELECT id, state, epoch FROM pgradient.runs WHERE id = ANY (\(ids))",
                name: "marks"
            ).map(RunMark.init)
        }
    }

    /// Metrics of so many epochs after one, of a run that is known to be there.
    public func epochs(of run: Int, after: Int, limit: Int, every: Int = 1) async throws -> [Metric] {
        try await pool.withConnection { connection in
            try await MetricStore.metrics(run, after: after, limit: limit, every: every, on: connection)
        }
    }
}
