import Glibc
import Subprocess
import TestSupport
import Testing

@testable import EmbeddedPostgres

/// What happens after a death, one test for each line of the essay at `EmbeddedCluster`.
@Suite struct CrashTests {
    @Test func twoProcessesShareAndTheLastOneStops() async throws {
        let cluster = try Cluster()
        let lease = try await Probe.run(dataDirectory: cluster.dataDirectory) { probe in
            #expect(probe.hasLease, "\(probe.answer)")
            let lease = try await cluster.acquire()
            #expect(lease.effort == .adopted)
            return lease
        }
        #expect(try await lease.psql("SELECT 1") == "1")
        try await Probe.run(dataDirectory: cluster.dataDirectory) { probe in
            #expect(probe.hasLease, "\(probe.answer)")
            await lease.release()
            #expect(cluster.serverPID != nil)
        }
        #expect(cluster.serverPID == nil)
    }

    @Test func manyProcessesAtOnce() async throws {
        let cluster = try Cluster()
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    try await Probe.run(dataDirectory: cluster.dataDirectory) { probe in
                        #expect(probe.hasLease, "\(probe.answer)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(cluster.serverPID == nil)
    }

    @Test func theServerOfAKilledUserIsAdopted() async throws {
        let cluster = try Cluster()
        let pid = try await Probe.run(dataDirectory: cluster.dataDirectory) { probe in
            #expect(probe.hasLease, "\(probe.answer)")
            probe.kill()
            return try #require(cluster.serverPID)
        }
        #expect(cluster.serverPID == pid)
        let lease = try await cluster.acquire()
        #expect(lease.effort == .adopted)
        #expect(cluster.serverPID == pid)
        await lease.release()
        #expect(cluster.serverPID == nil)
    }

    @Test func aKilledPostmasterIsReplacedAndItsBusyBackendEnded() async throws {
        let cluster = try Cluster()
        let lease = try await cluster.acquire()
        try await lease.psql("CREATE TABLE kept AS SELECT 7 AS x")
        // A backend in a loop does not notice that its postmaster died, and keeps the shared memory.
        let busy = Task {
            try await Tool(path: lease.installation.tool("psql"), user: .current)
                .run(["-d", lease.conninfo, "-c", "DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$"])
        }
        let processes = ServerProcesses(
            dataDirectory: cluster.layout.data,
            clusterName: cluster.layout.clusterName,
            user: try ServerUser.resolve()
        )
        let loop = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO%'"
        while try await lease.psql(loop) == "0" {}
        let dead = try #require(cluster.serverPID)
        kill(dead, SIGKILL)
        try await eventually { !processes.contains(dead) }
        #expect(!processes.all().isEmpty, "the busy backend should outlive its postmaster")

        try await lease.ensureRunning()
        #expect(cluster.serverPID != dead)
        #expect(try await lease.psql("SELECT x FROM kept") == "7")
        #expect(try await lease.psql(loop) == "0")
        #expect(try await busy.value.succeeded == false)
        try await lease.ensureRunning()
        await lease.release()
        #expect(cluster.serverPID == nil)
    }

    @Test func aStalePidFileWithALivingForeignPidIsNotBelieved() async throws {
        let cluster = try Cluster()
        await (try await cluster.acquire()).release()
        let user = try ServerUser.resolve()
        let command = user.commandPrefix + ["/bin/cat"]
        // PostgreSQL itself would refuse to start: the pid is alive and belongs to the same user.
        _ = try await Subprocess.run(
            .path(.init(command[0])),
            arguments: Arguments(Array(command.dropFirst())),
            workingDirectory: "/",
            input: .inputWriter,
            output: .discarded,
            error: .discarded
        ) { execution in
            let pid = execution.processIdentifier.value
            try Files.write(
                "\(pid)\n\(cluster.layout.data)\n1\n5432\n\(cluster.layout.root)\n\n\nready\n",
                to: PostmasterFile.path(cluster.layout.data),
                owner: user
            )
            let lease = try await cluster.acquire()
            #expect(lease.effort == .started)
            #expect(try await lease.psql("SELECT 1") == "1")
            await lease.release()
            #expect(kill(pid, 0) == 0, "a process that is not ours was ended")
            try await execution.standardInputWriter.finish()
        }
    }

    @Test func anInterruptedInitdbLeavesNoHalfMadeCluster() async throws {
        let cluster = try Cluster()
        func unfinished() -> [String] {
            directoryEntries(cluster.layout.root).filter { $0.hasPrefix(ClusterLayout.unfinishedPrefix) }
        }
        try await Probe.spawn(dataDirectory: cluster.dataDirectory) { pid, _ in
            try await eventually { !unfinished().isEmpty }
            kill(pid, SIGKILL)
        }
        #expect(Files.information(cluster.layout.data) == nil)
        let lease = try await cluster.acquire()
        #expect(lease.effort == .created)
        #expect(unfinished().isEmpty)
        #expect(try await lease.psql("SELECT 1") == "1")
        await lease.release()
    }

    @Test func aServerWithoutItsSocketIsRestarted() async throws {
        let cluster = try Cluster()
        let lease = try await cluster.acquire()
        unlink(cluster.layout.root + "/" + SocketDirectory.socketName)
        try await lease.ensureRunning()
        #expect(try await lease.psql("SELECT 1") == "1")
        await lease.release()
    }
}
