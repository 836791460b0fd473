import Foundation
import TestSupport
import Testing

@Suite("serve under systemd", .timeLimit(.minutes(5)))
struct SystemdTests {
    enum Namespace: CaseIterable { case path, abstract }

    @Test("says when it is ready, what it does, that it lives, and that it stops", arguments: Namespace.allCases)
    func life(namespace: Namespace) async throws {
        let home = try Home()
        let name = namespace == .path ? home.folder + "/notify" : "@pgradient-test-\(UUID().uuidString)"
        let systemd = try NotifySocket(name)
        // A sign of life every 100 ms.
        let environment = ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000"]
        let daemon = try await Daemon(home.flags, environment: environment)
        try await systemd.line("READY=1")
        // It answers from then on.
        #expect(try await daemon.ask("GET", "/train").status == 200)
        try await systemd.line("STATUS=idle")
        _ = try await daemon.train(DaemonLifeTests.request)
        try await systemd.line("STATUS=training run 1")
        let before = systemd.count(of: "WATCHDOG=1")
        try await waitUntil("no signs of life") { systemd.count(of: "WATCHDOG=1") > before + 3 }
        #expect(systemd.count(of: "STOPPING=1") == 0)
        #expect(try await daemon.stop().status == .exited(0))
        try await systemd.line("STOPPING=1")
        #expect(systemd.count(of: "READY=1") == 1)
    }

    @Test("a watchdog that was meant for another process, and none at all: no signs of life, but the rest")
    func unwatched() async throws {
        for more in [["WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"], [:], ["WATCHDOG_USEC": "soon"]] {
            let home = try Home()
            let systemd = try NotifySocket(home.folder + "/notify")
            let environment = ["NOTIFY_SOCKET": systemd.name].merging(more) { $1 }
            let daemon = try await Daemon(home.flags, environment: environment)
            try await systemd.line("READY=1")
            #expect(try await daemon.stop().status == .exited(0))
            try await systemd.line("STOPPING=1")
            #expect(systemd.count(of: "WATCHDOG=1") == 0)
        }
    }

    @Test("while the database can't be reached it asks for patience and is not ready")
    func waiting() async throws {
        let home = try Home()
        let systemd = try NotifySocket(home.folder + "/notify")
        let daemon = try await Daemon(
            ["--database-url", "host=\(home.folder) port=1 dbname=nowhere"],
            environment: ["NOTIFY_SOCKET": systemd.name]
        )
        try await systemd.line("EXTEND_TIMEOUT_USEC=90000000")
        try await systemd.line("STATUS=database not reachable")
        #expect(systemd.count(of: "READY=1") == 0)
        #expect(try await daemon.stop().status == .exited(0))
    }

    @Test("a socket that can't be used is no reason not to work", arguments: ["relative", "/nowhere/at/all"])
    func unusable(name: String) async throws {
        let home = try Home()
        let daemon = try await Daemon(home.flags, environment: ["NOTIFY_SOCKET": name]).ready()
        #expect(try await daemon.ask("GET", "/healthz").status == 200)
        let ending = try await daemon.stop()
        #expect(ending.status == .exited(0))
        #expect(ending.error.contains(name.hasPrefix("/") ? "systemd can't be told" : "NOTIFY_SOCKET can't be used"))
    }
}
