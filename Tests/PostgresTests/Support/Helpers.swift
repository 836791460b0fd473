import Logging
import Postgres
import SQLText
import Synchronization
import TestSupport
import Testing

/// A connection for one test, closed afterwards.
func withFreshConnection<T>(
    logger: Logger = Logger(label: "test"),
    _ body: (Connection) async throws -> T
) async throws -> T {
    try await withConnection(try await freshDatabase(), logger: logger, body)
}

/// A connection to a database that is there, closed afterwards.
func withConnection<T>(
    _ conninfo: String,
    logger: Logger = Logger(label: "test"),
    _ body: (Connection) async throws -> T
) async throws -> T {
    let connection = try await Connection.open(ConnectionSettings(conninfo: conninfo), logger: logger)
    do {
        let value = try await body(connection)
        await connection.close()
        return value
    } catch {
        await connection.close()
        throw error
    }
}

/// The single value of a statement that gives one row of one column.
func value<T: RowDecodable>(_ type: T.Type, _ sql: SQL, on connection: Connection) async throws -> T {
    let rows = try await connection.query(sql)
    try #require(rows.count == 1)
    return try rows[0].decode(type, at: 0)
}

/// Waits until a backend with that application name is inside a statement.
func waitUntilActive(_ processID: Int, seenBy observer: Connection) async throws {
    try await waitUntil("the statement never started") {
        let sql: SQL = """
            select exists (select from pg_stat_activity where pid = \(processID) and state = 'active') as active
            """
        return try await value(Bool.self, sql, on: observer)
    }
}

/// Keeps what is logged.
struct RecordingLog: LogHandler {
    final class Lines: Sendable {
        private let lines = Mutex<[(Logger.Level, String)]>([])
        func append(_ level: Logger.Level, _ text: String) { lines.withLock { $0.append((level, text)) } }
        var all: [(level: Logger.Level, text: String)] { lines.withLock { $0.map { (level: $0.0, text: $0.1) } } }
    }

    let lines: Lines
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = event.metadata.map { " \($0)" } ?? ""
        lines.append(event.level, "\(event.message)\(metadata)")
    }

    static func logger() -> (Logger, Lines) {
        let lines = Lines()
        return (Logger(label: "recording") { _ in RecordingLog(lines: lines) }, lines)
    }
}

/// State that several tasks share. A `Mutex` by itself can't be captured by more than one.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: Value) { mutex = Mutex(value) }
    func withLock<R: Sendable>(_ body: (inout sending Value) -> sending R) -> R { mutex.withLock(body) }
}
