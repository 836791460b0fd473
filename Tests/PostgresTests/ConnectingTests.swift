import Logging
import SQLText
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("making a connection")
struct ConnectingTests {
    private let logger = Logger(label: "test")

    @Test("the server's version and our name")
    func version() async throws {
        try await withFreshConnection { connection in
            let number = try await value(String.self, "select current_setting('server_version_num')", on: connection)
            #expect(await connection.serverVersion == Int(number))
            let name = try await value(String.self, "select current_setting('application_name')", on: connection)
            #expect(name == "pgradient")
            let encoding = try await value(String.self, "select current_setting('client_encoding')", on: connection)
            #expect(encoding == "UTF8")
        }
    }

    @Test("what the connection string sets goes before our defaults")
    func precedence() async throws {
        try await withConnection(try await freshDatabase() + " application_name=mine client_encoding=latin1") {
            let name = try await value(String.self, "select current_setting('application_name')", on: $0)
            #expect(name == "mine")
            let encoding = try await value(String.self, "select current_setting('client_encoding')", on: $0)
            #expect(encoding == "UTF8")
        }
    }

    @Test("nobody listens: the reason and what to look at")
    func refused() async throws {
        let error = try #require(await failure("postgresql://me:pa55@127.0.0.1:1/db"))
        guard case .unreachable(let reason) = error else { throw error }
        #expect(reason.contains("127.0.0.1"))
        #expect(reason.contains("refused"))
        #expect(!reason.contains("\n"))
        #expect(error.description.hasPrefix("the database is not reachable: connection to server at"))
        let question = "refused. Is the server running on that host and accepting TCP/IP connections? Check"
        #expect(error.description.contains(question))
        #expect(error.isTransient)
    }

    @Test(
        "libpq's lines become sentences",
        arguments: [
            ("failed: No such file\n\tIs it running?\n", "failed: No such file. Is it running?"),
            ("FATAL:  no such role\n", "FATAL: no such role"), ("one.\n\n two:\n three.", "one. two: three"), ("", ""),
        ]
    )
    func sentences(told: String, shown: String) {
        #expect(oneLine(told) == shown)
    }

    @Test("a server that does not answer is given up in time", arguments: [false, true])
    func silent(timeoutInString: Bool) async throws {
        let server = try FakeServer(answer: nil)
        let text = "host=127.0.0.1 port=\(server.port)" + (timeoutInString ? " connect_timeout=1" : "")
        let limit: Duration = timeoutInString ? .seconds(600) : .milliseconds(200)
        let error = await failure(text, connectTimeout: limit)
        #expect(error == .unreachable(reason: "no answer within \(timeoutInString ? "1 s" : "200 ms")"))
        withExtendedLifetime(server) {}
    }

    @Test("cancelling the task ends the attempt")
    func cancel() async throws {
        let server = try FakeServer(answer: nil)
        let settings = ConnectionSettings(conninfo: "host=127.0.0.1 port=\(server.port)")
        let logger = logger
        let task = Task { try await Connection.open(settings, logger: logger) }
        for _ in 0..<100 { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        withExtendedLifetime(server) {}
    }

    @Test("an old server is refused with both versions")
    func tooOld() async throws {
        let answer =
            message("R", [0, 0, 0, 0]) + message("S", Array("server_version\0".utf8) + Array("13.4\0".utf8))
            + message("Z", Array("I".utf8))
        let server = try FakeServer(answer: answer)
        let error = try #require(await failure("host=127.0.0.1 port=\(server.port) sslmode=disable gssencmode=disable"))
        #expect(error == .serverTooOld(found: 130_004, minimum: 140_000))
        #expect(error.description.hasPrefix("the server is PostgreSQL 13.4, and pgradient needs 14 or newer"))
        #expect(!error.isTransient)
    }

    @Test(
        "a connection string that can't be read is refused without its secrets",
        arguments: [
            "password=geheim dbname", "password=ge\"heim\"x geheim", "postgresql://me:geheim@host:port:geheim/db",
            "postgresql://me:geheim@host/db?geheim", "postgresql://me:geheim%zz@host/db", "gehiem=geheim",
            "password='geheim", "password=geheim\0", "postgresql://me:ge@geheim@host/db",
        ]
    )
    func unreadable(text: String) async throws {
        let error = try #require(await failure(text))
        guard case .invalidSettings = error else { throw error }
        #expect(!"\(error)".contains("geheim"))
        #expect(!error.isTransient)
        let settings = ConnectionSettings(conninfo: text)
        var dumped = ""
        dump(settings, to: &dumped)
        for shown in ["\(settings)", String(reflecting: settings), dumped] { #expect(!shown.contains("geheim")) }
    }

    @Test("settings show where to, and no password")
    func description() {
        let settings = ConnectionSettings(conninfo: "postgresql://me:geheim@db.example:5433/train?sslmode=require")
        #expect("\(settings)" == "host=db.example port=5433 dbname=train user=me")
        #expect("\(ConnectionSettings(conninfo: ""))" == "libpq's defaults")
    }

    @Test("waiting times grow to a maximum and vary")
    func backoff() {
        let backoff = Backoff(first: .seconds(1), factor: 2, maximum: .seconds(10), jitter: 0.5)
        #expect((1...6).map { backoff.delay(after: $0, random: 0.5) } == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
        #expect(backoff.delay(after: 1, random: 0) == .milliseconds(500))
        #expect(backoff.delay(after: 1_000_000, random: 1) == .seconds(15))
    }

    @Test("connecting is tried again until it works, and said each time")
    func retries() async throws {
        let settings = ConnectionSettings(conninfo: "host=/nonexistent user=me")
        let good = ConnectionSettings(conninfo: try await freshDatabase())
        var slept: [Duration] = []
        var notices: [String] = []
        var attempts = 0
        let connection = try await connectWithBackoff(
            Backoff(first: .seconds(1), jitter: 0),
            sleep: { slept.append($0) },
            random: { 0.5 },
            onRetry: { notices.append("\($0)") },
            connect: {
                attempts += 1
                return try await Connection.open(attempts < 4 ? settings : good, logger: logger)
            }
        )
        await connection.close()
        #expect(slept == [.seconds(1), .seconds(2), .seconds(4)])
        #expect(notices.count == 3)
        #expect(notices[1].hasPrefix("database not reachable (connection to server on socket"))
        #expect(notices[1].hasSuffix("; next try in 2 s"))
    }

    @Test("what waiting does not mend is not waited for, and a cancelled wait ends")
    func hopeless() async throws {
        let hopeless = ConnectionSettings(conninfo: "nonsense")
        await #expect(throws: ConnectionError.self) {
            try await connectWithBackoff(
                sleep: { _ in Issue.record("waited") },
                onRetry: { _ in },
                connect: { try await Connection.open(hopeless, logger: logger) }
            )
        }
        await #expect(throws: CancellationError.self) {
            try await connectWithBackoff(
                sleep: { _ in throw CancellationError() },
                onRetry: { _ in },
                connect: { throw ConnectionError.unreachable(reason: "test") }
            )
        }
    }

    private func failure(_ conninfo: String, connectTimeout: Duration = .seconds(10)) async -> ConnectionError? {
        await #expect(throws: ConnectionError.self) {
            let settings = ConnectionSettings(conninfo: conninfo, connectTimeout: connectTimeout)
            let connection = try await Connection.open(settings, logger: logger)
            await connection.close()
        }
    }
}
