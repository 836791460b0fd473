import Networks
import Postgres
import SQLText

/// How far the scoring of a table is.
public struct ScoringProgress: Sendable {
    /// Rows written so far.
    public let rows: Int
    /// How much of the table has been read, from 0 to 1; nil where that can't be told.
    public let share: Double?
    /// Since the beginning.
    public let seconds: Double
}

/// A table that was written.
public struct ScoredTable: Sendable {
    public let run: Int
    /// The epoch whose parameters predicted.
    public let epoch: Int
    /// What was read.
    public let source: String
    /// What was written.
    public let name: String
    public let rows: Int
    public let seconds: Double
}

/// Which rows to score and where to put them, as a person says it.
public struct ScoringOrder: Sendable {
    public let table: String
    public let target: String
    /// Whether a table that is there may be replaced.
    public let isReplacing: Bool
    /// Before the names of the columns that are added.
    public let prefix: String

    public init(table: String, into target: String, isReplacing: Bool = false, prefix: String = "") {
        (self.table, self.target, self.isReplacing, self.prefix) = (table, target, isReplacing, prefix)
    }
}

/// Writes a table's rows with their predictions into another table, all in the database, in one transaction.
struct TableScoring {
    let run: Run
    let parameters: Parameters
    let order: ScoringOrder
    let onProgress: @Sendable (ScoringProgress) -> Void
    private let start = ContinuousClock.now

    init(
        _ run: Run,
        _ parameters: Parameters,
        _ order: ScoringOrder,
        onProgress: @escaping @Sendable (ScoringProgress) -> Void
    ) {
        (self.run, self.parameters, self.order, self.onProgress) = (run, parameters, order, onProgress)
    }

    /// - Throws: `TrainingError`, `CancellationError`; there is no new table then, and a table that was to be replaced
    ///   is as it was.
    func execute(on connection: Connection) async throws -> ScoredTable {
        let scoring = try Scoring(run, parameters)
        return try await connection.transaction { connection in
            // All parts are read as they were at one moment.
            try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", name: "one snapshot")
            let table = try await SourceTable.find(order.table, field: "table", on: connection)
            let query = try ScoringQuery(scoring, over: .table(table, where: []), prefix: order.prefix)
            let target = try await TargetTable.resolve(
                order.target,
                isReplacing: order.isReplacing,
                source: table.name,
                on: connection
            )
            do {
                try await connection.query(
                    "CREATE TABLE \(target.working) AS \(try query.sql()) WITH NO DATA",
                    name: "create target"
                )
                let rows: Int
                if let pages = try await PagePlan.of(table.name, on: connection) {
                    rows = try await fill(target.working, query, pages, on: connection)
                } else {
                    rows = try await fill(target.working, query, on: connection)
                }
                try await target.settle(on: connection)
                return ScoredTable(
                    run: run.id,
                    epoch: parameters.epoch,
                    source: "\(table.name)",
                    name: "\(target.name)",
                    rows: rows,
                    seconds: seconds
                )
            } catch let error as PostgresError {
                throw Self.explained(error, table.name, target.name)
            }
        }
    }

    private var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// Page by page, as many at a time as take about half a second: progress moves, and what is interrupted ends soon.
    private func fill(
        _ target: QualifiedName,
        _ query: ScoringQuery,
        _ pages: PagePlan,
        on connection: Connection
    ) async throws -> Int {
        // The statement is planned once. What it must read are ranges, whatever the server guesses about them.
        try await connection.script(
            """
            SET LOCAL jit = off; SET LOCAL plan_cache_mode = force_generic_plan;
            SET LOCAL enable_seqscan = off; SET LOCAL enable_tidscan = on
            """,
            name: "configure"
        )
        let range: SQL = "t.ctid >= \(hole: "first", .text)::tid AND t.ctid < \(hole: "end", .text)::tid"
        let statement = ("INSERT INTO \(target) \(try query.sql(where: range))" as SQL).render()
        try await connection.prepare(Self.statement, statement)
        var (rows, page, length) = (0, 0, Self.firstPages)
        while page < pages.count {
            let end = min(page + length, pages.count)
            let bounds = ["first": "(\(page),0)", "end": "(\(end),0)"]
            let before = ContinuousClock.now
            let binds = try statement.binds { bounds[$0].map(SQLValue.text) }
            rows += try await connection.execute(prepared: Self.statement, binds).affectedRows
            let took = (ContinuousClock.now - before) / .seconds(1)
            length = Int(min(max(Self.wantedSeconds / max(took, 1e-6), 0.25), 4) * Double(length)) + 1
            page = end
            onProgress(ScoringProgress(rows: rows, share: pages.share(before: page), seconds: seconds))
        }
        try await connection.deallocate(prepared: Self.statement)
        return rows
    }

    private static let statement = "pgradient_score"
    private static let firstPages = 32
    private static let wantedSeconds = 0.5

    /// In one statement, about which nothing is known but how long it has taken.
    private func fill(_ target: QualifiedName, _ query: ScoringQuery, on connection: Connection) async throws -> Int {
        try await connection.query("SET LOCAL jit = off", name: "configure")
        let clock = Task<Void, any Error> { [start, onProgress] in
            while true {
                try await Task.sleep(for: .seconds(1))
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                onProgress(ScoringProgress(rows: 0, share: nil, seconds: seconds))
            }
        }
        defer { clock.cancel() }
        return try await connection.query("INSERT INTO \(target) \(try query.sql())", name: "score").affectedRows
    }

    private static func explained(
        _ error: PostgresError,
        _ source: QualifiedName,
        _ target: QualifiedName
    ) -> any Error {
        switch error.sqlState {
        case "22003":
            TrainingError(
                .valuesTooLarge,
                "a row of \(source) holds a number that is too large for float8, or becomes so in the network: "
                    + error.message,
                field: "table",
                hint: "leave such rows out in a view",
                sqlState: error.sqlState
            )
        case "42P07":
            TrainingError(
                .conflict,
                "\(target) was made by somebody else in the meantime",
                field: "into",
                hint: "choose another name",
                sqlState: error.sqlState
            )
        case "57014":
            TrainingError(
                .timedOut,
                "the database server ended the statement: \(error.message)",
                hint: "see statement_timeout of the server and the role; no table was made",
                sqlState: error.sqlState
            )
        default: error
        }
    }
}
