import Foundation
import JSONTree
import TestSupport
import Testing

/// Being asked to stop in the middle of a statement that would take minutes.
@Suite("serve: stopping in a long statement", .timeLimit(.minutes(5)))
struct StopTests {
    /// One statement of some 100 s.
    static let request = """
        {"source": {"example": "article", "rows": 100000}, "shape": "recursive", "block_size": 2000, "max_iter": 2000}
        """

    /// Starts the run and waits until its statement has been at work for a while.
    /// - Returns: the server's process that works on it.
    private func begin(_ daemon: Daemon, _ home: Home) async throws -> pid_t {
        _ = try await daemon.train(Self.request)
        var worker: pid_t?
        try await waitUntil("no long statement") {
            let found = try await home.psql(
                """
                SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%WITH RECURSIVE training%'
                    AND pid <> pg_backend_pid() AND clock_timestamp() - query_start > interval '1 second'
                """
            )
            worker = pid_t(found)
            return worker != nil
        }
        return try #require(worker)
    }

    @Test("SIGTERM gives the statement up within seconds, and the run back")
    func bounded() async throws {
        let home = try Home()
        let daemon = try await Daemon(home.flags).ready()
        _ = try await begin(daemon, home)
        let clock = ContinuousClock.now
        let ending = try await daemon.stop()
        let time = clock.duration(to: .now)
        #expect(ending.status == .exited(0), "\(ending.error)")
        #expect(time < .seconds(15), "it took \(time)")
        #expect(home.serverPID == nil)

        let second = try await Daemon(home.flags).ready()
        try await waitUntil("the run was not taken up again") {
            try await home.psql("SELECT attempt FROM pgradient.runs WHERE id = 1") == "2"
        }
        #expect(try await second.run(1)["epoch"]?.intValue == 0)
        #expect(try await second.stop().status == .exited(0))
    }

    @Test("a second SIGTERM ends it at once, even if the server does not react")
    func twice() async throws {
        let home = try Home()
        let systemd = try NotifySocket(home.folder + "/notify")
        let daemon = try await Daemon(home.flags, environment: ["NOTIFY_SOCKET": systemd.name]).ready()
        let worker = try await begin(daemon, home)
        // Does not answer a request to cancel.
        kill(worker, SIGSTOP)
        defer { kill(worker, SIGCONT) }
        daemon.program.send(SIGTERM)
        try await systemd.line("STOPPING=1")
        let clock = ContinuousClock.now
        daemon.program.send(SIGTERM)
        let ending = try await daemon.program.finish()
        #expect(ending.status == .exited(130))
        #expect(clock.duration(to: .now) < .seconds(3))
    }
}
