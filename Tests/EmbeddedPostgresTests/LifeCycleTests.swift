import Foundation
import Glibc
import TestSupport
import Testing

@testable import EmbeddedPostgres

@Suite struct LifeCycleTests {
    @Test func isMadeOnceAndKeepsItsData() async throws {
        let cluster = try Cluster()
        let first = try await cluster.acquire()
        #expect(first.effort == .created)
        try await first.psql("CREATE TABLE kept AS SELECT 42 AS x")
        await first.release()
        #expect(cluster.serverPID == nil)

        let second = try await cluster.acquire()
        #expect(second.effort == .started)
        #expect(try await second.psql("SELECT x FROM kept") == "42")
        await second.release()
        await second.release()
        #expect(cluster.serverPID == nil)
    }

    @Test func isPrivateAndAsPromised() async throws {
        let cluster = try Cluster()
        let lease = try await cluster.acquire()
        #expect(try await lease.psql("SHOW listen_addresses") == "")
        #expect(try await lease.psql("SHOW fsync") == "on")
        #expect(try await lease.psql("SELECT current_user || ' ' || current_database()") == "pgradient pgradient")
        #expect(try await lease.psql("SHOW server_encoding") == "UTF8")
        #expect(try await lease.psql("SHOW lc_collate") == "C")
        #expect(lease.conninfo == "host=\(cluster.layout.root) port=5432 user=pgradient dbname=pgradient")
        let info = try #require(Files.information(cluster.layout.root))
        #expect(info.st_mode & 0o777 == 0o700)
        #expect(info.st_uid == (try ServerUser.resolve()).uid)
        await lease.release()
    }

    /// A statement that would take all of the machine's memory fails alone, and the server goes on.
    @Test func aProcessMayNotTakeAllMemory() async throws {
        let cluster = try Cluster()
        let lease = try await cluster.acquire()
        let pid = try #require(cluster.serverPID)
        let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max address space") })
        let limit = try #require(line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first)
        #expect(limit == MemoryGuard.limit())
        #expect(limit >= 4 << 30)
        await lease.release()
    }

    @Test func settingsOfOnesOwnWin() async throws {
        let cluster = try Cluster()
        await (try await cluster.acquire()).release()
        let user = try ServerUser.resolve()
        try Files.write("work_mem = '9MB'\n", to: cluster.layout.localConfiguration, owner: user)
        let lease = try await cluster.acquire()
        #expect(try await lease.psql("SHOW work_mem") == "9MB")
        await lease.release()
    }

    @Test func theLastLeaseStopsTheServer() async throws {
        let cluster = try Cluster()
        let first = try await cluster.acquire()
        let pid = try #require(cluster.serverPID)
        let second = try await cluster.acquire()
        #expect(second.effort == .adopted)
        await first.release()
        #expect(cluster.serverPID == pid)
        #expect(try await second.psql("SELECT 1") == "1")
        await second.release()
        #expect(cluster.serverPID == nil)
    }

    @Test func manyAtOnceShareOneServer() async throws {
        let cluster = try Cluster()
        let leases = try await withThrowingTaskGroup(of: EmbeddedCluster.Lease.self) { group in
            for _ in 0..<5 { group.addTask { try await cluster.acquire() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(leases.count { $0.effort == .created } == 1)
        #expect(leases.count { $0.effort == .adopted } == 4)
        await withTaskGroup { group in
            for lease in leases { group.addTask { await lease.release() } }
        }
        #expect(cluster.serverPID == nil)
    }

    @Test func aCancelledCallerLeavesNothingRunning() async throws {
        let cluster = try Cluster()
        let task = Task { try await cluster.acquire() }
        try await eventually { Files.information(cluster.layout.controlLock) != nil }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(cluster.serverPID == nil)
        let lease = try await cluster.acquire()
        #expect(try await lease.psql("SELECT 1") == "1")
        await lease.release()
    }

    @Test func aCallCancelledBeforeItBeganMakesNothing() async throws {
        let cluster = try Cluster()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await cluster.acquire()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(Files.information(cluster.dataDirectory) == nil)
    }

    @Test(arguments: ["a b'c\"d\\e", "with,comma", String(repeating: "long/", count: 30) + "end"])
    func anyPathWorks(name: String) async throws {
        let cluster = try Cluster(name: name)
        let lease = try await cluster.acquire()
        let socket = lease.socketDirectory
        #expect(SocketDirectory.fits(socket))
        #expect(try await lease.psql("SELECT 1") == "1")
        // The conninfo as libpq reads it, not only the command line.
        let viaConninfo = try await Tool(path: lease.installation.tool("psql"), user: .current)
            .run(["-At", "-d", lease.conninfo, "-c", "SELECT 2"])
        #expect(viaConninfo.output == "2")
        await lease.release()
        if socket != cluster.layout.root { rmdir(socket) }
    }
}
