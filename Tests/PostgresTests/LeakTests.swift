import Foundation
import Logging
import Postgres
import SQLText
import TestSupport
import Testing

/// Other tests of this process open and close connections meanwhile, so the counts are let to settle, and half of what
/// a leak would leave is tolerated.
@Suite("nothing is left behind", .serialized)
struct LeakTests {
    private let count = 50

    @Test("threads and descriptors of 50 connections are gone after close()")
    func afterClose() async throws {
        try await expectNoGrowth { settings, logger in
            var connections: [Connection] = []
            for _ in 0..<count { connections.append(try await Connection.open(settings, logger: logger)) }
            #expect(threads() >= count)
            for connection in connections { await connection.close() }
        }
    }

    @Test("and of 50 that were only let go of")
    func afterScope() async throws {
        try await expectNoGrowth { settings, logger in
            var connections: [Connection] = []
            for _ in 0..<count { connections.append(try await Connection.open(settings, logger: logger)) }
            try await connections[0].query("select 1")
            withExtendedLifetime(connections) { #expect(threads() >= count) }
        }
    }

    @Test("and of 50 that were never made")
    func afterFailure() async throws {
        try await expectNoGrowth { _, logger in
            for _ in 0..<count {
                await #expect(throws: ConnectionError.self) {
                    try await Connection.open(ConnectionSettings(conninfo: "host=/nonexistent"), logger: logger)
                }
            }
        }
    }

    @Test("a cancelled statement leaves no thread of its cancel request")
    func afterCancel() async throws {
        try await expectNoGrowth { settings, logger in
            let connection = try await Connection.open(settings, logger: logger)
            for _ in 0..<count {
                _ = try? await connection.query("select pg_sleep(600)", timeout: .milliseconds(2))
            }
            await connection.close()
        }
    }

    private func expectNoGrowth(
        _ body: (ConnectionSettings, Logger) async throws -> Void
    ) async throws {
        let settings = ConnectionSettings(conninfo: try await freshDatabase())
        let before = (threads: threads(), descriptors: descriptors())
        try await body(settings, Logger(label: "test"))
        try await waitUntil("threads are left") { threads() < before.threads + count / 2 }
        try await waitUntil("descriptors are left") { descriptors() < before.descriptors + count / 2 }
    }

    /// Threads of connections and their cancel requests, by the names they have.
    private func threads() -> Int {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return all.count { task in
            let name = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
            return name?.hasPrefix("pg-") == true
        }
    }

    private func descriptors() -> Int {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).count
    }
}
