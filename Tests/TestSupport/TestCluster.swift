import EmbeddedPostgres
import Synchronization

/// One private PostgreSQL server per test process, made when first needed and shared by all suites.
///
/// Every test takes its own empty database from it:
/// ```swift
/// let conninfo = try await TestCluster.freshDatabase()
/// ```
/// The server and its files go when the test process ends, however it ends; see ``Reaper``.
/// A test that kills or stops a server makes one of its own with ``makePrivate()``.
public enum TestCluster {
    /// The libpq conninfo of a new, empty database, named after the calling file and function.
    public static func freshDatabase(file: String = #fileID, function: String = #function) async throws -> String {
        try await server().freshDatabase(file: file, function: function)
    }

    /// The libpq conninfo of the superuser in database `postgres` of the shared server.
    public static var superuserConninfo: String {
        get async throws { try await server().superuserConninfo }
    }

    /// The directory of the shared server's socket.
    public static var socketDirectory: String {
        get async throws { try await server().socketDirectory }
    }

    /// A running server for one test alone, which may stop, kill and start it.
    ///
    /// - Parameter settings: lines for `postgresql.conf` beyond those of every test server.
    public static func makePrivate(settings: [(name: String, value: String)] = []) async throws -> TestServer {
        let server = try await TestServer.make(settings: settings)
        try await server.start()
        return server
    }

    /// The shared server; its making is started once and awaited by all.
    public static func server() async throws -> TestServer {
        try await shared.withLock { task in
            if let task { return task }
            let made = Task { try await makePrivate() }
            task = made
            return made
        }.value
    }

    private static let shared = Mutex<Task<TestServer, any Error>?>(nil)
}
