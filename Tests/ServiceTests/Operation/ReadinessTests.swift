import HTTPServer
import JSONTree
import TestSupport
import Testing

@testable import Service

@Suite("/readyz", .timeLimit(.minutes(5)))
struct ReadinessTests {
    private func state(_ reply: Reply, _ check: String) throws -> String? {
        try reply.json["checks"]?[check]?["state"]?.stringValue
    }

    @Test("ready: every check by name, and what it found")
    func ready() async throws {
        try await Counter.open(working: true) { counter in
            try await waitUntil("not ready") { await counter.get("/readyz").status == 200 }
            let reply = await counter.get("/readyz")
            #expect(try reply.json["status"] == "ready")
            let checks = try #require(try reply.json["checks"]?.objectValue)
            #expect(checks.keys.elements == ["database", "schema", "news", "workers"])
            for (name, check) in checks {
                #expect(check["state"] == "ok", "\(name)")
                #expect(check["detail"]?.stringValue?.isEmpty == false)
            }
        }
    }

    @Test("the database is away: 503, saying what failed and what to do")
    func databaseGone() async throws {
        let server = try await TestCluster.makePrivate()
        try await Counter.open(on: server.superuserConninfo) { counter in
            try await counter.script("CHECKPOINT")
            try await server.crash()
            let reply = await counter.get("/readyz")
            #expect(reply.status == 503)
            #expect(reply.fields[.contentType] == "application/problem+json")
            #expect(reply.fields[.retryAfter] == "2")
            let json = try reply.json
            #expect(json["code"] == "not_ready")
            #expect(json["detail"]?.stringValue?.hasPrefix("database: the database") == true, "\(json.compact)")
            #expect(json["hint"]?.stringValue?.isEmpty == false)
            #expect(try state(reply, "database") == "failed")
            #expect(try state(reply, "schema") == "failed")
            #expect(try state(reply, "workers") == "ok")
            try await server.start()
            #expect(await counter.get("/readyz").status == 200)
        }
        try await server.remove()
    }

    @Test("the schema is not the program's")
    func schema() async throws {
        try await Counter.open { counter in
            try await counter.script(
                "DELETE FROM pgradient.schema_migrations WHERE version = (SELECT max(version) FROM pgradient.schema_migrations)"
            )
            let reply = await counter.get("/readyz")
            #expect(reply.status == 503)
            #expect(try state(reply, "database") == "ok")
            #expect(try state(reply, "schema") == "failed")
            #expect(try reply.json["detail"]?.stringValue?.hasPrefix("schema: not applied yet: V0") == true)
            #expect(try reply.json["hint"]?.stringValue?.contains("pgradient migrate") == true)
            try await counter.script("UPDATE pgradient.schema_migrations SET checksum = 'x' WHERE version = 1")
            #expect(try await counter.get("/readyz").json["detail"]?.stringValue?.contains("V0001") == true)
        }
    }

    @Test("nobody listens for news any more")
    func news() async throws {
        try await Counter.open { counter in
            try await counter.listening {
                for await _ in counter.signals.subscribe() { break }
                let found = await readiness(counter)
                #expect(found.isReady, "\(found.json.compact)")
            }
            let found = await readiness(counter)
            #expect(!found.isReady)
            #expect(found.json["news"]?["state"] == "failed")
            #expect(found.json["news"]?["hint"]?.stringValue?.contains("LISTEN") == true)
        }
    }

    /// With no patience at all.
    private func readiness(_ counter: Counter) async -> Readiness {
        await .gather(counter.training, counter.signals, counter.board, longestSilence: .zero)
    }

    @Test("a worker that has ended")
    func workers() async throws {
        try await Counter.open(working: true) { counter in
            try await waitUntil("not ready") { await counter.get("/readyz").status == 200 }
            // One that comes and goes while the daemon runs.
            let lost = Task { await counter.worker().run() }
            try await waitUntil("the worker has not begun") { counter.board.begun == 2 }
            lost.cancel()
            await lost.value
            let reply = await counter.get("/readyz")
            #expect(reply.status == 503)
            #expect(try reply.json["detail"] == "workers: 1 of 2 workers have ended")
        }
    }
}
