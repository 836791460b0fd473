import Postgres
import SQLText

/// The table a run trains on: `x1` … `xN` and `y`, all float8, in schema `pgradient_data`; with mini-batches also
/// `batch` int8, from 0.
///
/// Unlogged, unless the run is deterministic: it can be made again. After a server crash it is empty, which the row count tells.
struct Snapshot: Sendable {
    let name: QualifiedName
    private let run: Int

    /// The snapshot of a run.
    init(run: Int) {
        self.run = run
        name = QualifiedName(schema: Identifier(static: "pgradient_data"), name: Identifier("run", run))
    }

    /// What identifies the content, whatever the order of the rows.
    struct Content: Sendable, Hashable {
        let rows: Int
        let hash: String
    }

    /// Makes the table from the source, replacing one that is there. Belongs into a transaction.
    ///
    /// One process copies the rows, so that they lie in the order they have in the source: sums of the same run have
    /// the same bits then, where one process adds them up. Batches lie one after the other, shuffled; a deterministic
    /// run has its rows sorted by the same key, because the order of the source may change without its rows changing,
    /// and its table outlives a crash of the server.
    func create(
        _ dataset: Dataset,
        _ facts: DatasetFacts,
        _ layout: SnapshotLayout,
        epoch: Int,
        on connection: Connection
    ) async throws {
        try await connection.query("DROP TABLE IF EXISTS \(name)", name: "drop snapshot")
        try await connection.query("SET LOCAL max_parallel_workers_per_gather = 0", name: "serial copy")
        try await connection.query(
            """
            CREATE \(layout.kind)TABLE \(name) AS
            \(layout.arranged(try Self.content(of: dataset, facts), features: dataset.features.count, epoch: epoch))
            """,
            name: "create snapshot"
        )
        try await index(layout, on: connection)
        try await connection.query("SET LOCAL max_parallel_workers_per_gather TO DEFAULT", name: "parallel again")
    }

    /// Puts the rows into the order of another epoch. Belongs into a transaction. Costs a sorted copy of the table.
    func reshuffle(_ layout: SnapshotLayout, features: Int, epoch: Int, on connection: Connection) async throws {
        let next = QualifiedName(schema: name.schema, name: Identifier("reshuffled", run))
        let columns = (0..<features).map { "\(Identifier(feature: $0))" as SQL }.commaSeparated
        try await connection.query("DROP TABLE IF EXISTS \(next)", name: "drop snapshot")
        let rows: SQL = "SELECT \(columns), y FROM \(name)"
        try await connection.query(
            "CREATE \(layout.kind)TABLE \(next) AS\n\(layout.arranged(rows, features: features, epoch: epoch))",
            name: "reshuffle snapshot"
        )
        try await connection.query("DROP TABLE \(name)", name: "drop snapshot")
        try await connection.query("ALTER TABLE \(next) RENAME TO \(name.name)", name: "rename snapshot")
        try await index(layout, on: connection)
    }

    /// The planner has to know what is in the table from the first statement on: were it analyzed later, by the server,
    /// plans would change in mid-run.
    private func index(_ layout: SnapshotLayout, on connection: Connection) async throws {
        if layout.batching.isPartial {
            try await connection.query("CREATE INDEX ON \(name) (batch)", name: "index snapshot")
        }
        try await connection.query("ANALYZE \(name)", name: "analyze snapshot")
    }

    /// The rows of a source as the network sees them: `x1` … `xN` and `y`.
    static func content(of dataset: Dataset, _ facts: DatasetFacts) throws -> SQL {
        var columns: [SQL] = []
        for (index, feature) in dataset.features.enumerated() {
            let value = standardized(
                "\(try Identifier(feature))::float8",
                mean: facts.means[index],
                scale: facts.scales[index]
            )
            columns.append("\(value) AS \(Identifier(feature: index))")
        }
        switch dataset.task {
        case .classification:
            let classes = SQLValue.textArray(facts.classes)
            columns.append("(array_position(\(classes), \(try dataset.labelText())) - 1)::float8 AS y")
        case .regression: columns.append("\(try Identifier(dataset.label))::float8 AS y")
        }
        return "SELECT \(columns.commaSeparated) FROM \(dataset.relation)"
    }

    /// A feature as the network sees it; the same in training and prediction. Magnitudes whose products would
    /// underflow become 0.
    static func standardized(_ value: SQL, mean: Double, scale: Double) -> SQL {
        let centered: SQL = mean == 0 ? "(\(value))" : "(\(value) - \(literal: mean))"
        let scaled: SQL = scale == 1 ? centered : "(\(centered) / \(literal: scale))"
        return "CASE WHEN abs(\(centered)) < \(literal: 1e-100) THEN \(literal: 0.0) ELSE \(scaled) END"
    }

    /// Counts and hashes the rows: each row's columns are hashed in a chain, and the hashes added up.
    func content(features: Int, on connection: Connection) async throws -> Content {
        var hash: SQL = "hashfloat8extended(y, 0)"
        for index in 0..<features { hash = "hashfloat8extended(\(Identifier(feature: index)), \(hash))" }
        let found = try await connection.query(
            "SELECT count(*) AS rows, coalesce(sum(\(hash)), 0)::text AS hash FROM \(name)",
            name: "hash snapshot"
        )
        return Content(rows: try found[0].get("rows"), hash: try found[0].get("hash"))
    }

    /// Whether the table is there.
    func exists(on connection: Connection) async throws -> Bool {
        let found = try await connection.query("SELECT to_regclass(\(name.quoted)) IS NOT NULL AS found")
        return try found[0].get("found")
    }

    /// Drops the table if it is there.
    func drop(on connection: Connection) async throws {
        try await connection.query("DROP TABLE IF EXISTS \(name)", name: "drop snapshot")
    }
}

extension Identifier {
    /// The snapshot's column of a feature, counted from 0: `x1`, `x2`, …
    init(feature index: Int) { self.init("x", number: index + 1) }
}
