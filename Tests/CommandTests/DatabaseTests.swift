import Foundation
import JSONTree
import TestSupport
import Testing

@Suite("A database that is not there, or not the right one", .timeLimit(.minutes(5)))
struct DatabaseTests {
    @Test(
        "commands say what is wrong and end",
        arguments: [
            (
                "host=/nonexistent",
                "the database is not reachable: connection to server on socket \"/nonexistent/.s.PGSQL.5432\" failed: "
                    + "No such file or directory. Is the server running locally and accepting connections on that socket? "
                    + "Check that the server runs"
            ),
            ("nonsense", "the connection string can't be used: missing \"=\""),
            ("postgresql://me:geheim@127.0.0.1:1/db", "Connection refused"),
        ]
    )
    func unreachable(url: String, says: String) async throws {
        for command in ["train", "runs", "migrate", "doctor"] {
            let ending = try await Program.run([command], environment: ["PGRADIENT_DATABASE_URL": url])
            #expect(ending.status == .exited(1))
            #expect((ending.error + ending.output).contains(says), "\(ending)")
            #expect(!(ending.error + ending.output).contains("geheim"))
        }
    }

    @Test("an old server is named with the version that is needed")
    func old() async throws {
        let version = Array("server_version\0".utf8) + Array("13.4\0".utf8)
        let server = try FakeServer(answer: message("R", [0, 0, 0, 0]) + message("S", version) + message("Z", [73]))
        let url = "host=127.0.0.1 port=\(server.port) sslmode=disable gssencmode=disable"
        for arguments in [["train"], ["serve", "--listen", "127.0.0.1:0"], ["doctor"]] {
            let ending = try await Program.run(arguments + ["--database-url", url])
            #expect(ending.status == .exited(1))
            let says = "the server is PostgreSQL 13.4, and pgradient needs 14 or newer: upgrade the server"
            #expect((ending.error + ending.output).contains(says), "\(ending)")
        }
        withExtendedLifetime(server) {}
    }

    @Test("serve waits for a server that is down, says so, and works once it is up; so after it goes away later")
    func downAndUp() async throws {
        let server = try await TestCluster.makePrivate()
        let url = server.superuserConninfo
        try await server.stop()
        let daemon = try await Daemon(["--database-url", url])
        let notice = try await daemon.program.error.line(containing: "next try in")
        #expect(notice.contains("database not reachable (connection to server on socket"), "\(notice)")
        let early = try await daemon.ask("GET", "/readyz")
        #expect(early.status == 503)
        #expect(early.fields["content-type"] == "application/problem+json")
        #expect(
            try JSON(parsing: early.body.utf8)["detail"]?.stringValue?.contains("not reachable") == true,
            "\(early.body)"
        )
        #expect(try await daemon.ask("POST", "/train").status == 503)
        #expect(try await daemon.ask("GET", "/healthz").status == 200)

        try await server.start()
        try await daemon.ready()
        #expect(try await daemon.ask("GET", "/readyz").status == 200)
        let run = try await daemon.train(#"{"source": {"example": "article", "rows": 100}, "max_iter": 5}"#)
        #expect(try await daemon.events(of: run).last?["event"] == "end")

        try await server.stop()
        let gone = try await daemon.ask("GET", "/readyz")
        #expect(gone.status == 503)
        let problem = try JSON(parsing: gone.body.utf8)
        #expect(problem["code"] == "not_ready" && problem["checks"]?["database"]?["state"] == "failed", "\(gone.body)")
        try await server.start()
        #expect(try await daemon.ask("GET", "/readyz").status == 200)
        #expect(try await daemon.stop().status == .exited(0))
        try await server.remove()
    }

    @Test("an edited or newer schema is refused in its own words")
    func schema() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let applied = try await Program.run(["migrate"], environment: environment)
        #expect(applied.output.hasPrefix("applied V0001__runs.sql\n"), "\(applied)")
        let again = try await Program.run(["migrate"], environment: environment)
        #expect(again.output == "the schema is up to date\n")
        let newer = try await paste(
            """
            psql -q "$PGRADIENT_DATABASE_URL" -v ON_ERROR_STOP=1 -c "INSERT INTO pgradient.schema_migrations \
            (version, name, checksum) SELECT 9999, 'V9999__future.sql', checksum FROM pgradient.schema_migrations LIMIT 1"
            """,
            environment: environment
        )
        #expect(newer.status == .exited(0), "\(newer.error)")
        for arguments in [["runs"], ["serve", "--listen", "127.0.0.1:0"], ["doctor"]] {
            let ending = try await Program.run(arguments, environment: environment)
            #expect(ending.status == .exited(1))
            #expect((ending.error + ending.output).contains("the database is at version 9999"), "\(ending)")
            #expect((ending.error + ending.output).contains("newer pgradient"))
        }
    }
}
