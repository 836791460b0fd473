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
