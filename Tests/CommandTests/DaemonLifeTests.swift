import Foundation
import JSONTree
import TestSupport
import Testing

/// What happens to a run when the process that trains it goes, and to the server when everybody does.
@Suite("serve: death and life", .timeLimit(.minutes(5)))
struct DaemonLifeTests {
    /// About 2 ms an epoch: a few seconds in all.
    static let request = #"{"source": {"example": "article", "rows": 2000}, "max_iter": 1500}"#

    @Test("SIGTERM in mid-run gives the run back and stops the server; the next daemon goes on")
    func stopAndGoOn() async throws {
        let home = try Home()
        let first = try await Daemon(home.flags).ready()
        let run = try await first.train(Self.request)
        let watching = Task { try await first.events(of: run) }
        try await first.events(of: run) { $0.epoch == 100 }
        let ending = try await first.stop()
        #expect(ending.status == .exited(0), "\(ending.error)")
        // The stream is cut: no event of the end came.
        await #expect(throws: TestServerError.self) { try await watching.value }
        #expect(home.serverPID == nil)

        let second = try await Daemon(home.flags).ready()
        let stored = try #require(try await second.run(run)["epoch"]?.intValue)
        #expect(stored > 0)
        try await expectWhole(run, by: second, home, attempt: 2)
        #expect(try await second.stop().status == .exited(0))
        #expect(home.serverPID == nil)
    }

    @Test("kill -9 in mid-run: the restarted daemon takes the run over at its last committed epoch")
    func killAndRestart() async throws {
        let home = try Home()
        let first = try await Daemon(home.flags).ready()
        let run = try await first.train(Self.request)
        try await first.events(of: run) { $0.epoch == 100 }
        #expect(try await first.stop(SIGKILL).status == .killed(SIGKILL))
        let server = try #require(home.serverPID)
        let committed = try await home.psql("SELECT epoch FROM pgradient.runs WHERE id = \(run)")
        let second = try await Daemon(home.flags).ready()
        #expect(home.serverPID == server, "the server that was left is adopted")
        try await expectWhole(run, by: second, home, attempt: 2)
        #expect(try #require(Int(committed)) >= 100)
        #expect(try await second.stop().status == .exited(0))
        #expect(home.serverPID == nil)
    }

    @Test("two daemons and a train share the server and the work")
    func sharing() async throws {
        let home = try Home()
        async let starting = (Daemon(home.flags), Daemon(home.flags))
        let (first, second) = try await starting
        try await first.ready()
        try await second.ready()
        let server = try #require(home.serverPID)
        let runs = [try await first.train(Self.request), try await first.train(Self.request)]
        // Each has one worker, so two runs at a time need both daemons.
        for run in runs { try await second.events(of: run) { $0.epoch ?? 0 >= 10 } }
        let owners = try await home.psql("SELECT count(DISTINCT lease_owner) FROM pgradient.runs")
        #expect(owners == "2")
        let beside = try await Program.run(["train", "--rows", "100", "--max-iter", "5"] + home.flags)
        #expect(beside.status == .exited(0), "\(beside.error)")
        #expect(try await first.stop().status == .exited(0))
        #expect(home.serverPID == server, "somebody still uses it")
        // What the first was at is the second's business now.
        for run in runs {
            #expect(try await second.events(of: run).last?["event"]?.stringValue == "end")
            #expect(try await second.run(run)["epoch"]?.intValue == 1500)
        }
        #expect(try await second.stop().status == .exited(0))
        #expect(home.serverPID == nil)
    }

    @Test("the private server is killed in mid-run: it is started again and the run goes on")
    func serverKilled() async throws {
        let home = try Home()
        let daemon = try await Daemon(home.flags).ready()
        let run = try await daemon.train(Self.request)
        try await daemon.events(of: run) { $0.epoch == 100 }
        let server = try #require(home.serverPID)
        kill(server, SIGKILL)
        _ = try await daemon.program.error.line(containing: "had died and was started again")
        try await expectWhole(run, by: daemon, home, attempt: 2)
        #expect(home.serverPID != server)
        #expect(try await daemon.stop().status == .exited(0))
        #expect(home.serverPID == nil)
    }

    /// The run ends well with every epoch once in parameters and metrics.
    private func expectWhole(_ run: Int, by daemon: Daemon, _ home: Home, attempt: Int) async throws {
        let events = try await daemon.events(of: run)
        #expect(events.last?["event"]?.stringValue == "end")
        #expect(events.compactMap(\.epoch) == Array(0...1500))
        let ended = try await daemon.run(run)
        #expect(ended["state"]?.stringValue == "succeeded")
        #expect(ended["epoch"]?.intValue == 1500)
        let counted = try await home.psql(
            "SELECT count(*), min(epoch), max(epoch), (SELECT attempt FROM pgradient.runs WHERE id = \(run)) "
                + "FROM pgradient.params WHERE run_id = \(run)"
        )
        #expect(counted == "1501|0|1500|\(attempt)")
    }
}
