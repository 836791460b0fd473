import Networks
import Postgres
import SQLText

/// Measures what features are worth, one statement per feature for all repeats.
///
/// The rows are put aside once, in a temporary table, each with its place in an order that depends on its numbers alone, and with
/// the places its values go to, one per repeat: the ranks of a hash of its place. A feature's statement
/// brings its values to their new places by a join and scores the rows. The server keeps what does not fit into its working memory
/// in temporary files; the client holds nothing.
struct PermutationImportance {
    let run: Run
    let scorer: Scorer
    /// A query of the rows in network form.
    let rows: SQL
    let repeats: Int

    /// Tells how many features are done, and how many there are.
    typealias Progress = @Sendable (_ done: Int, _ count: Int) -> Void

    private static let table = Identifier(static: "pgradient_permuted")

    /// Measures all features. Belongs into a transaction, with which the temporary table goes.
    func measure(on connection: Connection, onProgress: Progress) async throws -> Importance {
        try await connection.query("DROP TABLE IF EXISTS pg_temp.\(Self.table)", name: "drop permuted rows")
        try await connection.query(
            "CREATE TEMPORARY TABLE \(Self.table) ON COMMIT DROP AS\n\(permuted)",
            name: "permute rows"
        )
        try await connection.query("ANALYZE pg_temp.\(Self.table)", name: "analyze permuted rows")
        let whole = try scorer.score("SELECT \(columns), y FROM pg_temp.\(Self.table)")
        let found = try await whole.query(
            "SELECT \(value) AS value FROM \(errors(whole))",
            name: "score",
            on: connection
        )
        let best: Double? = try found[0].get("value")
        var features: [Importance.Feature] = []
        let groups = run.featureGroups
        for group in groups {
            let scored = try scorer.score(exchanged(group), keeping: ["turn"])
            let drops = try await scored.query(
                """
                SELECT avg(loss) AS mean, stddev_pop(loss) AS deviation
                FROM (SELECT \(best.map(SQLValue.float8) ?? .null(.float8)) - \(value) AS loss
                      FROM \(errors(scored, keeping: "turn, ")) GROUP BY turn) AS losses
                """,
                name: "importance of \(group.name)",
                on: connection
            )
            features.append(
                Importance.Feature(
                    name: group.name,
                    mean: try drops[0].get("mean"),
                    deviation: try drops[0].get("deviation")
                )
            )
            onProgress(features.count, groups.count)
        }
        return Importance(
            measure: run.task == .classification ? .accuracy : .r2,
            repeats: repeats,
            features: features
        )
    }

    private var columns: SQL { run.featureColumns }

    private var permuted: SQL {
        var random = SplitMix64(state: UInt64(bitPattern: Int64(run.seed)))
        let order = Batching(rows: 0, size: 1, shuffle: .once, seed: run.seed).key(
            SnapshotColumns(features: SnapshotColumns(of: run).features, hasWeights: false),
            epoch: 0
        )
        let turns = (0..<repeats).map { _ -> SQL in
            let seed = Int64(bitPattern: random.next())
            return "row_number() OVER (ORDER BY hashint8extended(place, \(literal: "\(seed)")::int8), place)"
        }
        return """
            SELECT place, ARRAY[\(turns.commaSeparated)]::int8[] AS turns, \(columns), y
            FROM (SELECT row_number() OVER (ORDER BY \(order), \(columns), y) AS place, \(columns), y
                  FROM (\(rows)) AS unordered OFFSET '0') AS numbered
            """
    }

    /// Every row once per repeat, with the values of a feature from elsewhere.
    func exchanged(_ group: FeatureGroup) -> SQL {
        let all = (0..<SnapshotColumns(of: run).features).map { index -> SQL in
            "\(unsafeRaw: group.columns.contains(index) ? "donor" : "receiver").\(Identifier(feature: index))"
        }
        let moved = group.columns.sorted().map { "\(Identifier(feature: $0))" as SQL }
        return """
            SELECT donor.turn, \(all.commaSeparated), receiver.y FROM pg_temp.\(Self.table) AS receiver
            JOIN (SELECT one.place, one.turn, \(moved.commaSeparated) FROM pg_temp.\(Self.table)
                  CROSS JOIN LATERAL unnest(turns) WITH ORDINALITY AS one (place, turn)) AS donor
              ON donor.place = receiver.place
            """
    }

    /// Scored rows with what `value` reads.
    private func errors(_ scored: ScoredRows, keeping kept: SQL = "") -> SQL {
        switch run.task {
        case .classification: scored.relation
        case .regression:
            "(SELECT \(kept)actual, \(RegressionStatement.error) AS error FROM \(scored.relation) OFFSET '0') AS errors"
        }
    }

    /// The measure as an aggregate.
    private var value: SQL {
        switch run.task {
        case .classification: "count(*) FILTER (WHERE predicted = actual)::float8 / nullif(count(*), 0)"
        case .regression: RegressionStatement.r2
        }
    }
}
