import Postgres
import SQLText
import Samples

/// The one table of a connection that fuzzes: making a table for each of a hundred thousand cases would swell the catalog.
struct FuzzTable {
    private static let mostFeatures = 4
    let connection: Connection

    nonisolated(nonsending) func make() async throws {
        let columns = (1...Self.mostFeatures).map { "x\($0) float8, " }.joined()
        try await connection.script(
            "CREATE TEMPORARY TABLE \(exampleTable) (\(columns) y float8, w float8, id int8, batch int8)"
        )
    }

    nonisolated(nonsending) func fill(_ rows: SampleRows, batchSize: Int?) async throws {
        precondition(rows.width <= Self.mostFeatures, "the table has \(Self.mostFeatures) features")
        let columns = (0..<rows.width).map { Identifier("x", number: $0 + 1) }
        let features = (0..<rows.width).map { column in
            stride(from: column, to: rows.features.count, by: rows.width).map { rows.features[$0] }
        }
        let names = (columns.map { "\($0)" as SQL } + ["y", "w", "id", "batch"]).commaSeparated
        let arrays = (features + [rows.labels, rows.rowWeights ?? rows.labels.map { _ in 1 }]).map {
            SQL.bind(.float8Array($0))
        }.commaSeparated
        try await connection.query("TRUNCATE \(exampleTable)")
        try await connection.query(
            "INSERT INTO \(exampleTable) (\(names)) "
                + "SELECT *, (ordinality - 1) / \(literal: batchSize ?? rows.count) FROM unnest(\(arrays)) WITH ORDINALITY"
        )
    }
}
