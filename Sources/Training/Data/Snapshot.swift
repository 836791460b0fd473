import Postgres
import SQLText

/// The table a run trains on: `x1` … `xN`, `y` and, where rows have weights, `w`, all float8, in schema
/// `pgradient_data`; with mini-batches also `batch` int8, from 0.
///
/// Unlogged, unless the run is deterministic: it can be made again. After a server crash it is empty, which the row count tells.
struct Snapshot: Sendable {
    let name: QualifiedName
    /// The rows that are held out for validation, if there are any.
    let validation: QualifiedName
    private let run: Int

    /// The snapshot of a run.
    init(run: Int) {
        self.run = run
        name = QualifiedName(schema: Identifier(static: "pgradient_data"), name: Identifier("run", run))
        validation = QualifiedName(schema: name.schema, name: Identifier("validation", run))
    }

    /// What identifies the content, whatever the order of the rows.
    struct Content: Sendable, Hashable {
        let rows: Int
        let hash: String
    }

    /// Makes the table from the source, replacing one that is there. Belongs into a transaction, with the settings of
    /// `ServerSettings.reading`.
    ///
    /// Where one process copies the rows, they lie in the order they have in the source: the sums of equal runs have the
    /// same bits. Batches lie one after the other, shuffled; a deterministic run has its rows sorted by the same key,
    /// because the order of the source may change without its rows changing, and its table outlives a crash of the server.
    func create(
        _ dataset: Dataset,
        _ facts: DatasetFacts,
        _ layout: SnapshotLayout,
        epoch: Int,
        on connection: Connection
    ) async throws {
        let columns = SnapshotColumns(dataset, facts)
        try await drop(on: connection)
        try await connection.query(
            """
            CREATE \(layout.kind)TABLE \(name) AS
            \(layout.arranged(try Self.content(of: dataset, facts), columns, epoch: epoch))
            """,
            name: "create snapshot"
        )
        try await index(layout, on: connection)
        if facts.validationRows > 0 { try await createValidation(dataset, facts, layout, on: connection) }
    }

    /// The rows that are held out for validation, in a table of their own: statements that train never see them.
    private func createValidation(
        _ dataset: Dataset,
        _ facts: DatasetFacts,
        _ layout: SnapshotLayout,
        on connection: Connection
    ) async throws {
        let whole = SnapshotLayout(batching: layout.batching.whole, isDeterministic: layout.isDeterministic)
        let rows = whole.arranged(
            try Self.content(of: dataset, facts, .validation),
            SnapshotColumns(dataset, facts),
            epoch: 0
        )
        try await connection.query(
            "CREATE \(layout.kind)TABLE \(validation) AS\n\(rows)",
            name: "create validation snapshot"
        )
        try await connection.query("ANALYZE \(validation)", name: "analyze snapshot")
    }

    /// Puts the rows into the order of another epoch. Belongs into a transaction. Costs a sorted copy of the table.
    func reshuffle(
        _ layout: SnapshotLayout,
        _ snapshot: SnapshotColumns,
        epoch: Int,
        on connection: Connection
    ) async throws {
        let next = QualifiedName(schema: name.schema, name: Identifier("reshuffled", run))
        try await connection.query("DROP TABLE IF EXISTS \(next)", name: "drop snapshot")
        let rows: SQL = "SELECT \(snapshot.names.commaSeparated) FROM \(name)"
        try await connection.query(
            "CREATE \(layout.kind)TABLE \(next) AS\n\(layout.arranged(rows, snapshot, epoch: epoch))",
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
        } else {
            // All rows are read whatever is in them: how many there are is enough.
            try await connection.query("SET LOCAL default_statistics_target = 1", name: "few statistics")
        }
        try await connection.query("ANALYZE \(name)", name: "analyze snapshot")
        if !layout.batching.isPartial {
            try await connection.query("SET LOCAL default_statistics_target TO DEFAULT", name: "statistics again")
        }
    }

    /// The rows of a source as the network sees them: `x1` … `xN`, `y` and perhaps `w`.
    static func content(of dataset: Dataset, _ facts: DatasetFacts, _ split: Split = .train) throws -> SQL {
        let columns = features(facts.encodings, fillsNulls: dataset.nulls == .mean) { "\(SourceRows.column($0))" }
        let label: SQL
        switch dataset.task {
        case .classification:
            let numbers = dataset.label.kind == .integer ? Place.sql(of: "k", amongNumbers: facts.classes) : nil
            label = "\(numbers ?? Place.sql(of: "y", among: facts.classes, else: nil)) AS y"
        case .regression: label = "y"
        }
        let rows = SourceRows(dataset, thresholds: facts.thresholds)
        let all = columns + [label] + (weight(dataset, facts).map { ["\($0) AS w"] } ?? [])
        return "SELECT \(all.commaSeparated) FROM \(try rows.relation(split))"
    }

    /// The columns `x1` … `xN` from what features are read as.
    static func features(
        _ encodings: [FeatureEncoding],
        fillsNulls: Bool,
        from value: (Int) -> SQL
    ) -> [SQL] {
        encodings.enumerated().flatMap { $1.columns(from: value($0), fillsNulls: fillsNulls) }
            .enumerated().map { "\($1) AS \(Identifier(feature: $0))" }
    }

    /// What a row counts: as much as it says, times what its class does.
    private static func weight(_ dataset: Dataset, _ facts: DatasetFacts) -> SQL? {
        let byClass: SQL? = facts.classWeights.map { weights in
            "(\(SQLValue.float8Array(weights)))[array_position(\(SQLValue.textArray(facts.classes)), y)]"
        }
        let own: SQL? = dataset.weightColumn == nil ? nil : "w"
        let both = [byClass, own].compactMap { $0 }
        return both.isEmpty ? nil : both.joined(by: " * ")
    }

    /// Counts and hashes the rows: each row's columns are hashed in a chain, and the hashes added up.
    func content(_ columns: SnapshotColumns, on connection: Connection) async throws -> Content {
        let hash = columns.hash(from: "0")
        let found = try await connection.query(
            "SELECT count(*) AS rows, coalesce(sum(\(hash)), 0)::text AS hash FROM \(name)",
            name: "hash snapshot"
        )
        return Content(rows: try found[0].get("rows"), hash: try found[0].get("hash"))
    }

    /// How many rows are held out for validation.
    func validationRows(on connection: Connection) async throws -> Int {
        let found = try await connection.query("SELECT to_regclass(\(validation.quoted)) IS NOT NULL AS found")
        guard try found[0].get("found") else { return 0 }
        return try await connection.query("SELECT count(*) AS rows FROM \(validation)")[0].get("rows")
    }

    /// Whether the table is there.
    func exists(on connection: Connection) async throws -> Bool {
        let found = try await connection.query("SELECT to_regclass(\(name.quoted)) IS NOT NULL AS found")
        return try found[0].get("found")
    }

    /// Drops the tables if they are there.
    func drop(on connection: Connection) async throws {
        try await connection.query("DROP TABLE IF EXISTS \(name), \(validation)", name: "drop snapshot")
    }
}

extension SnapshotColumns {
    init(_ dataset: Dataset, _ facts: DatasetFacts) {
        self.init(
            features: facts.columns.count,
            hasWeights: facts.classWeights != nil || dataset.weightColumn != nil
        )
    }
}

extension SnapshotColumns {
    /// Those of a run that is prepared.
    init(of run: Run) {
        self.init(
            features: (run.encodings ?? []).reduce(0) { $0 + $1.columns.count },
            hasWeights: run.classWeights != nil || run.spec["weight_column"]?.stringValue != nil
        )
    }
}

extension Identifier {
    /// The snapshot's column of a feature, counted from 0: `x1`, `x2`, …
    init(feature index: Int) { self.init("x", number: index + 1) }
}
