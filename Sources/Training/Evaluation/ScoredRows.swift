import Lowering
import Postgres
import SQLText

/// A network with the parameters of an epoch, ready to score rows.
struct Scorer: Sendable {
    private let network: TrainedNetwork

    init(_ run: Run, _ parameters: Parameters) throws { network = try TrainedNetwork(run, parameters) }

    /// Scores rows in network form: a query of `x1` … `xN` and `y`, as `Snapshot` has them.
    /// - Parameter kept: further columns of the query, which are passed on.
    func score(_ rows: SQL, keeping kept: [String] = []) throws(TrainingError) -> ScoredRows {
        let statement = try TrainingPlan.limited { () throws(StatementLimitError) in
            try network.lowering.scoring(RowSource(relation: "(\(rows) OFFSET '0') AS network_rows"), keeping: kept)
        }
        return ScoredRows(relation: "(\(statement.sql) OFFSET '0') AS scored_rows", network: network)
    }
}

/// Rows with what a network says about each: the relation that all measures are computed from.
///
/// Columns: `actual float8`, a class index from 0 or the value; `predicted float8`, likewise; for classification
/// `probabilities float8[]`, one per class. A label that is none of the run's classes is NULL in `actual`.
struct ScoredRows: Sendable {
    /// What stands after FROM, fenced so that a row is computed once, however often its columns are read.
    let relation: SQL
    /// Nil if the relation has no holes.
    private let network: TrainedNetwork?

    /// Any relation that has the columns.
    init(relation: SQL) {
        self.relation = relation
        network = nil
    }

    fileprivate init(relation: SQL, network: TrainedNetwork) {
        self.relation = relation
        self.network = network
    }

    /// The session settings that statements over scored rows want. Belongs into a transaction.
    static func configure(_ connection: Connection) async throws {
        let settings = [
            // Compiling the expressions of a wide network takes seconds, and they are used once.
            ("jit", "off"),
            // The weights are constants then, and what is the same for all rows is computed while planning.
            ("plan_cache_mode", PlanMode.custom.rawValue),
            // The scored rows stay in memory up to this, then in temporary files.
            ("work_mem", "64MB"),
            // A statement over many rows ends with its reader.
            ("client_connection_check_interval", "1s"),
        ]
        try await connection.query(ServerSettings.apply(settings, isLocal: true), name: "configure")
    }

    /// Runs a statement over `relation`. Belongs into a transaction.
    func query(_ sql: SQL, name: String, on connection: Connection) async throws -> Rows {
        let rendered = sql.render()
        let binds = try rendered.binds { network?[$0] }
        do {
            // Forgotten after use: a pooled connection goes to others next.
            try await connection.prepare("evaluation", rendered)
            let rows = try await connection.execute(prepared: "evaluation", binds)
            try await connection.deallocate(prepared: "evaluation")
            return rows
        } catch let error as PostgresError where error.sqlState == "22003" {
            throw TrainingError(
                .valuesTooLarge,
                "\(name): a row leads the network beyond the range of float8",
                hint: "look for values far from those that the run has learned from",
                sqlState: error.sqlState
            )
        }
    }
}
