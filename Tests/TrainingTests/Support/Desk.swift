import JSONTree
import Logging
import Postgres
import SQLText
import Synchronization
import TestSupport
import Testing

@testable import Training

/// A migrated database of its own with a service on it: what most tests begin with.
struct Desk: Sendable {
    let conninfo: String
    let service: TrainingService

    var pool: Pool { service.pool }
    var settings: ConnectionSettings { pool.settings }
    /// The name of the database, for `TestServer.psql`.
    var database: String { String(conninfo.split(separator: "dbname=").last ?? "") }

    /// Runs the body on a fresh database and closes the pool afterwards.
    static func open<T>(
        file: String = #fileID,
        function: String = #function,
        _ body: (Desk) async throws -> T
    ) async throws -> T {
        try await open(on: TestCluster.freshDatabase(file: file, function: function), body)
    }

    /// Runs the body on a database that may hold anything, migrated or not.
    static func open<T>(on conninfo: String, _ body: (Desk) async throws -> T) async throws -> T {
        let desk = Desk(conninfo: conninfo, poolSize: 4)
        do {
            try await desk.keepTablesPublic()
            _ = try await desk.service.migrate()
            let value = try await body(desk)
            await desk.pool.close()
            return value
        } catch {
            await desk.pool.close()
            throw error
        }
    }

    /// Runs the body on a database that tests share which only add runs and tables of their own to it.
    static func shared<T>(_ body: (Desk) async throws -> T) async throws -> T {
        let desk = try await sharedDesk.withLock { task in
            if let task { return task }
            let made = Task {
                let desk = Desk(conninfo: try await TestCluster.freshDatabase(function: "shared"), poolSize: 12)
                try await desk.keepTablesPublic()
                _ = try await desk.service.migrate()
                return desk
            }
            task = made
            return made
        }.value
        return try await body(desk)
    }

    private static let sharedDesk = Mutex<Task<Desk, any Error>?>(nil)

    private init(conninfo: String, poolSize: Int) {
        self.conninfo = conninfo
        let pool = Pool(ConnectionSettings(conninfo: conninfo), size: poolSize, logger: quiet)
        service = TrainingService(pool: pool, logger: quiet)
    }

    /// The test server's user is named like our schema, which `"$user"` of the default search path would find first.
    private func keepTablesPublic() async throws {
        let setting = "ALTER DATABASE \(database) SET search_path TO public"
        try await withConnection { connection in
            if try await connection.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")[0].get(
                "rolsuper"
            ) {
                try await connection.script(setting)
            }
        }
    }

    // MARK: - The database

    /// Statements without a result.
    func script(_ sql: String) async throws {
        try await pool.withConnection { try await $0.script(sql) }
    }

    /// Statements with one.
    @discardableResult
    func query(_ sql: SQL) async throws -> Rows {
        try await pool.withConnection { try await $0.query(sql) }
    }

    /// The single value of a statement that gives one row of one column.
    func value<V: RowDecodable>(_ type: V.Type = V.self, _ sql: SQL) async throws -> V {
        try await query(sql)[0].decode(V.self, at: 0)
    }

    /// Runs the body on a connection of its own.
    func withConnection<T>(_ body: (Connection) async throws -> T) async throws -> T {
        let connection = try await Connection.open(settings, logger: quiet)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    // MARK: - Training

    /// Trains a request to its end.
    func train(
        _ body: JSON,
        onProgress: @escaping @Sendable (RunExecutor.Progress) -> Void = { _ in }
    ) async throws -> Run {
        let (_, lease) = try await service.submitAndClaim(body, owner: "test")
        return try await execute(lease, onProgress: onProgress)
    }

    /// Goes on with a claimed run.
    func execute(
        _ lease: Lease,
        onProgress: @escaping @Sendable (RunExecutor.Progress) -> Void = { _ in }
    ) async throws -> Run {
        let executor = RunExecutor(lease: lease, logger: quiet, onProgress: onProgress)
        return try await withConnection { try await executor.execute(on: $0) }
    }

    /// Claims a run whatever its lease says: what time would do.
    func takeOver(_ run: Int) async throws -> Lease {
        try await query(
            "UPDATE pgradient.runs SET lease_expires_at = clock_timestamp() - interval '1 second' WHERE id = \(run) AND lease_expires_at IS NOT NULL"
        )
        return try #require(await claim(run))
    }

    /// Claims a run if it is there to be claimed.
    func claim(_ run: Int? = nil, owner: String = "heir") async throws -> Lease? {
        try await pool.withConnection { try await Lease.claim(run, owner: owner, on: $0) }
    }

    // MARK: - What was written

    /// Tables in the schema of the snapshots.
    func snapshots() async throws -> [String] {
        try await query(
            "SELECT relname FROM pg_class WHERE relnamespace = 'pgradient_data'::regnamespace AND relkind = 'r'"
        )
        .decode(String.self, "relname")
    }

    /// Weights by epoch.
    func weights(_ run: Int) async throws -> [Int: [Double]] {
        let rows = try await query("SELECT epoch, weights FROM pgradient.params WHERE run_id = \(run)")
        return try Dictionary(
            uniqueKeysWithValues: rows.map { (try $0.decode(Int.self, "epoch"), try $0.get("weights")) }
        )
    }

    /// All metrics of a run, oldest first.
    func metrics(_ run: Int) async throws -> [Metric] {
        try await service.metrics(run, after: nil, limit: 100_000)
    }
}

/// A logger that says nothing.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
