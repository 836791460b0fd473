import EmbeddedPostgres
import Foundation
import JSONTree
import TestSupport
import Testing

@Suite("serve: where it listens and whom it lets in", .timeLimit(.minutes(5)))
struct ListeningTests {
    @Test("a port in use: what to do is said, and no cluster is made")
    func portInUse() async throws {
        let database = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let first = try await Daemon([], environment: database)
        let home = try Home()
        let second = try await Program.run(["serve", "--listen", "127.0.0.1:\(first.port)"] + home.flags)
        #expect(second.status == .exited(1))
        #expect(
            second.error.contains(
                "cannot listen on 127.0.0.1:\(first.port): another program uses this port. "
                    + "Choose another address with --listen, or port 0"
            )
        )
        #expect(home.isUntouched)
        #expect(try await first.stop().status == .exited(0))
    }

    @Test("a unix socket is served, refused to a second daemon, and removed")
    func unixSocket() async throws {
        let home = try Home()
        let (path, environment) = (
            home.folder + "/http.sock", ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        )
        let arguments = ["serve", "--listen", "unix:\(path)"]
        let program = try Program(arguments, environment: environment)
        _ = try await program.output.line(containing: "listens on unix:\(path)")
        _ = try await program.error.line(containing: " ready ")
        let answer = try await offPool { try Visitor(socket: path).ask("GET", "/readyz") }
        #expect(answer.status == 200)
        let second = try await Program.run(arguments, environment: environment)
        #expect(second.status == .exited(1))
        #expect(second.error.contains("another server answers there. Stop it or choose another path"))
        program.send(SIGTERM)
        #expect(try await program.finish().status == .exited(0))
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("the token from a file or the environment is asked for, but not by the probes", arguments: [true, false])
    func token(inFile: Bool) async throws {
        let home = try Home()
        let token = "0123456789-abcdefghij"
        try (token + "\n").write(toFile: home.folder + "/token", atomically: true, encoding: .utf8)
        var environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        if !inFile { environment["PGRADIENT_TOKEN"] = token }
        let daemon = try await Daemon(inFile ? ["--token-file", home.folder + "/token"] : [], environment: environment)
        try await daemon.ready()
        func status(_ target: String, _ field: String?) async throws -> Int {
            try await daemon.ask("GET", target, fields: field.map { ["Authorization": $0] } ?? [:]).status
        }
        #expect(try await status("/train", nil) == 401)
        #expect(try await status("/train", "Bearer \(token)x") == 401)
        #expect(try await status("/train", "Basic \(token)") == 401)
        #expect(try await status("/train", "bearer \(token)") == 200)
        #expect(try await status("/healthz", nil) == 200)
        #expect(try await status("/readyz", nil) == 200)
        let ending = try await daemon.stop()
        #expect(!ending.error.contains(token))
    }

    @Test("names that lead here are set by flag, environment or file", arguments: ["flag", "environment", "file"])
    func allowedHosts(by way: String) async throws {
        let home = try Home()
        var environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        var arguments = ["serve", "--listen", "127.0.0.1:0"]
        switch way {
        case "flag": arguments += ["--allowed-host", "a.example", "--allowed-host", "B.example", "--max-queued", "1"]
        case "environment":
            environment["PGRADIENT_ALLOWED_HOSTS"] = "a.example, b.example"
            environment["PGRADIENT_MAX_QUEUED"] = "1"
        default:
            let text = #"{"allowed-hosts": ["a.example", "b.example"], "max_queued": 1}"#
            try text.write(toFile: home.folder + "/pgradient.json", atomically: true, encoding: .utf8)
        }
        let program = try Program(arguments, environment: environment, directory: home.folder)
        let line = try await program.output.line(containing: "listens")
        let port = try #require(Int(line.split(separator: ":").last ?? ""))
        _ = try await program.error.line(containing: " ready ")
        func status(_ host: String, _ method: String = "GET", origin: String? = nil) async throws -> Int {
            try await offPool {
                var fields = ["Host": host]
                fields["Origin"] = origin
                return try Visitor(port: port).ask(method, "/train/9", fields: fields).status
            }
        }
        for host in ["a.example", "b.example:443", "localhost:\(port)", "127.0.0.1"] {
            #expect(try await status(host) == 404, "\(host)")
        }
        for host in ["c.example", "0.0.0.0"] { #expect(try await status(host) == 421, "\(host)") }
        #expect(try await status("localhost", "DELETE", origin: "https://b.example") == 404)
        #expect(try await status("localhost", "DELETE", origin: "https://c.example") == 403)
        let answers = try await offPool {
            let visitor = try Visitor(port: port)
            let long = #"{"source": {"example": "article", "rows": 1000}, "max_iter": 1000000}"#
            #expect(try visitor.ask("POST", "/train", long).status == 202)
            // The first is trained, the second waits, the third is too many.
            while try !visitor.ask("GET", "/train/1").body.contains("\"state\": \"running\"") {}
            return [try visitor.ask("POST", "/train", long).status, try visitor.ask("POST", "/train", long).status]
        }
        #expect(answers == [202, 429])
        program.send(SIGTERM)
        #expect(try await program.finish().status == .exited(0))
    }

    @Test("a data directory that can't be written: said, and ended", arguments: ["serve", "train", "doctor"])
    func unwritable(command: String) async throws {
        let home = try Home()
        let user = try nobody
        let arguments = command == "serve" ? ["serve", "--listen", "127.0.0.1:0"] : [command]
        // The folder is the test's own user's, or root's.
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: home.folder)
        let ending = try await Program.run(arguments + home.flags, as: user)
        #expect(ending.status == .exited(1))
        let text = ending.error + ending.output
        #expect(text.contains("data directory") && text.contains(home.path), "\(text)")
        #expect(text.contains("Permission denied") || text.contains("not writable"), "\(text)")
        #expect(text.contains("--data-dir"), "\(text)")
        #expect(home.isUntouched)
    }

    @Test("nobody reads what the daemon says: it works all the same", arguments: [Int32(1), 2])
    func unheard(stream: Int32) async throws {
        let daemon = try Program(
            ["serve", "--listen", "127.0.0.1:0"],
            environment: ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()],
            closed: stream
        )
        let line =
            stream == 1
            ? try await daemon.error.line(containing: "listening") : try await daemon.output.line(containing: "listens")
        let port = try #require(Int(line.split(separator: ":").last ?? ""))
        let answer = try await offPool { try Visitor(port: port).ask("GET", "/healthz") }
        #expect(answer.status == 200)
        daemon.send(SIGTERM)
        #expect(try await daemon.finish().status == .exited(0))
    }

    @Test("a signal that comes as soon as the socket is there is not missed", arguments: 1...5)
    func earlySignal(attempt: Int) async throws {
        let home = try Home()
        let path = home.folder + "/http.sock"
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let daemon = try Program(["serve", "--listen", "unix:\(path)"], environment: environment)
        _ = try await daemon.error.line(containing: "listening")
        daemon.send(SIGTERM)
        #expect(try await daemon.finish().status == .exited(0))
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
