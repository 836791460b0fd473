import Foundation
import JSONTree
import TestSupport
import Testing

@Suite("Ctrl-C", .timeLimit(.minutes(5)))
struct InterruptionTests {
    @Test(
        "in the middle of training: exit code 3, what was learned stays, the server stops",
        arguments: [SIGINT, SIGTERM]
    )
    func training(signal: Int32) async throws {
        let home = try Home()
        let program = try Program(["train", "--rows", "5000", "--max-iter", "100000"] + home.flags)
        _ = try await program.error.line(containing: "/100000")
        program.send(signal)
        let ending = try await program.finish()
        #expect(ending.status == .exited(3), "\(ending.error)")
        #expect(ending.output.hasPrefix("run 1 cancelled after "), "\(ending.output)")
        #expect(home.serverPID == nil)

        let shown = try await Program.run(["runs", "1"] + home.flags)
        let run = try JSON(parsing: shown.output.utf8)
        #expect(run["state"]?.stringValue == "cancelled")
        #expect(run["stop_reason"]?.stringValue == "cancelled")
        let epoch = try #require(run["epoch"]?.intValue)
        #expect(epoch > 0)
        let kept = try await Program.run(["params", "--format", "json"] + home.flags)
        #expect(try JSON(parsing: kept.output.utf8)["epoch"]?.intValue == epoch)
        #expect(home.serverPID == nil)
    }

    @Test(
        "while the cluster is being made: nothing keeps running, and the next command works",
        arguments: [SIGINT, SIGTERM]
    )
    func starting(signal: Int32) async throws {
        let home = try Home()
        let program = try Program(["train", "--rows", "100", "--max-iter", "5", "--log-level", "info"] + home.flags)
        _ = try await program.error.line(containing: "making a new PostgreSQL cluster")
        program.send(signal)
        let ending = try await program.finish()
        #expect(ending.status == .exited(3), "\(ending.error)")
        #expect(ending.error.contains("pgradient: interrupted"))
        #expect(home.serverPID == nil)
        let next = try await Program.run(["runs"] + home.flags)
        #expect(next.status == .exited(0), "\(next.error)")
        #expect(next.error.contains("no runs yet"))
        #expect(home.serverPID == nil)
    }

    @Test("serve, while the cluster is being made")
    func serving() async throws {
        let home = try Home()
        let initdb = try await HeldInitdb(in: home)
        let daemon = try await Daemon(home.flags, environment: initdb.environment)
        _ = try await daemon.program.error.line(containing: "making a new PostgreSQL cluster")
        let early = try await daemon.ask("GET", "/train")
        #expect(early.status == 503)
        #expect(early.body.contains("the daemon is starting"))
        #expect(early.fields["retry-after"] != nil)
        #expect(try await daemon.ask("GET", "/healthz").status == 200)
        #expect(try await daemon.ask("GET", "/readyz").status == 503)
        daemon.program.send(SIGINT)
        try await initdb.release()
        let ending = try await daemon.program.finish()
        #expect(ending.status == .exited(0), "\(ending.error)")
        #expect(home.serverPID == nil)
    }

    @Test("cancel, from another process: exit code 3 there, 0 here")
    func cancelled() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let program = try Program(["train", "--rows", "5000", "--max-iter", "100000"], environment: environment)
        _ = try await program.error.line(containing: "/100000")
        let cancel = try await Program.run(["cancel", "1"], environment: environment)
        #expect(cancel.status == .exited(0))
        #expect(cancel.output == "run 1 will stop after the statement under way\n")
        let ending = try await program.finish()
        #expect(ending.status == .exited(3))
        #expect(ending.output.hasPrefix("run 1 cancelled after "))
        let again = try await Program.run(["cancel", "1"], environment: environment)
        #expect(again.output.hasPrefix("run 1 is cancelled after "))
    }
}
