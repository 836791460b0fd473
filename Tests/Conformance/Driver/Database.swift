import Logging
import Lowering
import Networks
import Postgres
import SQLText
import Samples
import TestSupport

/// A connection to the tests' server, closed afterwards. Plans are generic and in one process, as in training.
///
/// All share one database, so that making it is paid for once: the table of a test is a temporary one.
public func withDatabase<T>(_ body: (Connection) async throws -> T) async throws -> T {
    let settings = ConnectionSettings(conninfo: try await database.value)
    let connection = try await Connection.open(settings, logger: Logger(label: "lowering"))
    do {
        try await connection.script(
            """
            SET jit = off;
            SET plan_cache_mode = force_generic_plan;
            SET max_parallel_workers_per_gather = 0;
            SET statement_timeout = '60s';
            """
        )
        let value = try await body(connection)
        await connection.close()
        return value
    } catch {
        await connection.close()
        throw error
    }
}

private let database = Task { try await TestCluster.freshDatabase(function: "all") }

/// The table that statements under test read.
public let exampleTable = QualifiedName(schema: nil, name: Identifier(static: "example"))

extension Connection {
    /// Makes the table of a test: `x1` … `xN`, `y` and perhaps `w`, all float8, and `id` from 1 in the order of the rows.
    /// - Parameters:
    ///   - temporary: whether only this connection sees it, which keeps parallel workers out.
    ///   - batchSize: rows per batch, if it is to have a column `batch`.
    public nonisolated(nonsending) func load(
        _ rows: SampleRows,
        temporary: Bool = true,
        batchSize: Int? = nil
    ) async throws {
        let columns =
            (0..<rows.width).map { Identifier("x", number: $0 + 1) } + [Identifier(static: "y")]
            + (rows.rowWeights == nil ? [] : [Identifier(static: "w")])
        let types = columns.map { "\($0) float8" as SQL }.commaSeparated
        let kind = temporary ? "TEMPORARY" : "UNLOGGED"
        try await query("CREATE \(unsafeRaw: kind) TABLE \(exampleTable) (\(types), id int8)")
        let features = (0..<rows.width).map { column in
            stride(from: column, to: rows.features.count, by: rows.width).map { rows.features[$0] }
        }
        let values = features + [rows.labels] + (rows.rowWeights.map { [$0] } ?? [])
        let arrays = values.map { SQL.bind(.float8Array($0)) }.commaSeparated
        try await query("INSERT INTO \(exampleTable) SELECT * FROM unnest(\(arrays)) WITH ORDINALITY")
        if let batchSize {
            try await query("ALTER TABLE \(exampleTable) ADD batch int8")
            try await query("UPDATE \(exampleTable) SET batch = (id - 1) / \(literal: batchSize)")
        }
        try await query("ANALYZE \(exampleTable)")
    }
}
