import EmbeddedPostgres
import Glibc
import Synchronization

/// A PostgreSQL server in a temporary directory of its own, without TCP and without durability.
public final class TestServer: Sendable {
    /// The directory of everything that belongs to the server.
    public let root: String
    public let installation: Installation
    /// The user whose processes the server's are (`postgres` when the tests run as root).
    public let user: ServerUser
    /// PGDATA.
    public var dataDirectory: String { root + "/data" }
    /// Where the socket is; with port 5432 that is all that libpq needs.
    public var socketDirectory: String { root }
    /// The server's log, to look at when a test fails.
    public var log: String { root + "/log" }

    private let reaper: Reaper
    private let databases = Atomic<Int>(0)

    /// Makes a cluster without starting it.
    static func make(settings: [(name: String, value: String)]) async throws -> TestServer {
        let user = try ServerUser.resolve()
        let root = try Files.makeUniqueDirectory(prefix: "/tmp/pgradient-test-", owner: user)
        // From here on the directory is removed whatever happens: the reaper is the only cleaner.
        let reaper = try Reaper(directory: root)
        let server = TestServer(
            root: root,
            installation: try await Installation.find(),
            user: user,
            reaper: reaper
        )
        try await server.control.initialize(extraArguments: ["--no-sync"])
        try server.control.configure(
            ServerConfiguration(socketDirectory: server.socketDirectory, extra: Self.settings + settings)
        )
        return server
    }

    private init(root: String, installation: Installation, user: ServerUser, reaper: Reaper) {
        self.root = root
        self.installation = installation
        self.user = user
        self.reaper = reaper
    }

    /// Nothing here must survive a crash of the machine, so nothing waits for a disk.
    private static let settings: [(name: String, value: String)] = [
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
        ("wal_level", "minimal"),
        ("max_wal_senders", "0"),
        ("max_connections", "500"),
        // As in a private cluster: its user is called as the schema of our books.
        ("search_path", "public"),
        ("log_line_prefix", "%m [%p] %d "),
    ]

    // MARK: - Life

    /// Starts the server and waits until it takes connections.
    public func start() async throws {
        if !control.isRunning { try await control.clearRemains(socketDirectory: socketDirectory) }
        try await control.start()
    }

    /// Stops the server, ending its sessions, and waits for its end.
    public func stop() async throws {
        try await control.stop(.fast)
    }

    /// Stops the server without a checkpoint, as a crash would, and waits for its end.
    public func crash() async throws {
        try await control.stop(.immediate)
    }

    /// Kills the postmaster with SIGKILL and returns at once. Its idle backends notice and end by
    /// themselves, busy ones go on until ``start()`` ends them.
    public func kill() throws {
        let pid = try postmasterPID
        guard Glibc.kill(pid, SIGKILL) == 0 else { throw TestServerError(what: "kill(\(pid)) failed: errno \(errno)") }
    }

    /// The process id of the running postmaster.
    public var postmasterPID: pid_t {
        get throws {
            let text = Files.read(dataDirectory + "/postmaster.pid") ?? ""
            guard let line = text.split(separator: "\n").first, let pid = pid_t(line), pid > 1 else {
                throw TestServerError(what: "no server is running in \(dataDirectory)")
            }
            return pid
        }
    }

    /// Removes the server before the test process ends. Optional: the end of the process does the same.
    public func remove() async throws {
        try await crash()
        reaper.reap()
    }

    private var control: ServerControl {
        ServerControl(
            installation: installation,
            user: user,
            directory: dataDirectory,
            log: log,
            clusterName: "pgradient-test"
        )
    }

    // MARK: - Databases

    /// The libpq conninfo of a database on this server.
    public func conninfo(database: String) -> String {
        "host=\(socketDirectory) port=5432 user=\(ServerControl.superuser) dbname=\(database)"
    }

    /// The superuser in database `postgres`.
    public var superuserConninfo: String { conninfo(database: "postgres") }

    /// Makes an empty database named after the calling file and function, and returns its conninfo.
    public func freshDatabase(file: String = #fileID, function: String = #function) async throws -> String {
        let number = databases.wrappingAdd(1, ordering: .relaxed).newValue
        let name = Self.databaseName(file: file, function: function, number: number)
        try await psql("CREATE DATABASE \(name)")
        return conninfo(database: name)
    }

    /// Runs SQL with `psql` and returns its plain output (`-At`: no header, columns separated by `|`).
    @discardableResult
    public func psql(_ sql: String, database: String = "postgres") async throws -> String {
        let outcome = try await Tool(path: installation.tool("psql"), user: user).run([
            "--no-psqlrc", "-At", "--quiet", "-v", "ON_ERROR_STOP=1", "-d", conninfo(database: database), "-c", sql,
        ])
        guard outcome.succeeded else { throw TestServerError(what: "psql: \(outcome.output)\nin: \(sql)") }
        return outcome.output
    }

    /// `Module/SomeTests.swift` and `doesThis()` become `sometests_doesthis_7`, which needs no quoting.
    static func databaseName(file: String, function: String, number: Int) -> String {
        let base = file.split(separator: "/").last?.split(separator: ".").first ?? "test"
        let words = "\(base)_\(function.prefix { $0 != "(" })".lowercased().map { character in
            character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
        }
        // 63 bytes is PostgreSQL's limit; a leading letter keeps it an identifier.
        return "t_" + String(words.prefix(50)) + "_\(number)"
    }
}

/// What went wrong while preparing a test, not in what it tests.
public struct TestServerError: Error, CustomStringConvertible {
    public let what: String
    public var description: String { what }

    public init(what: String) { self.what = what }
}
