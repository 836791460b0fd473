import HTTPServer
import HTTPTypes
import JSONTree
import Service
import TestSupport
import Testing

@Suite("The door", .timeLimit(.minutes(5)))
struct DoorTests {
    private func ask(
        _ door: Door,
        _ method: HTTPRequest.Method,
        _ target: String,
        _ authorization: String? = nil
    ) async -> Reply {
        let fields: HTTPFields = authorization.map { [.authorization: $0] } ?? [:]
        return await Reply(door.handle(HTTPServerRequest(method, target, fields: fields)))
    }

    @Test("while the daemon starts: alive, but not ready, and why")
    func starting() async throws {
        let door = Door(token: nil)
        for target in ["/train", "/readyz", "/nowhere"] {
            let reply = await ask(door, .get, target)
            try expectProblem(reply, 503, "not_ready", detail: "the daemon is starting", hasHint: true)
            #expect(reply.fields[.retryAfter] == "2")
        }
        for method in [HTTPRequest.Method.get, .head] {
            let reply = await ask(door, method, "/healthz")
            #expect(reply.status == 200)
            #expect(try reply.json == ["status": "ok"])
        }
        #expect(await ask(door, .post, "/healthz").status == 503)
    }

    @Test("open, and closed again with another reason")
    func opened() async throws {
        try await Counter.open { counter in
            let door = Door(token: nil)
            door.open(counter.application)
            #expect(await ask(door, .get, "/readyz").status == 200)
            #expect(try await ask(door, .get, "/readyz").json["status"] == "ready")
            #expect(await ask(door, .get, "/train").status == 200)
            door.close(reason: "the daemon is stopping")
            try expectProblem(await ask(door, .get, "/train"), 503, "not_ready", detail: "the daemon is stopping")
            #expect(await ask(door, .get, "/healthz").status == 200)
        }
    }

    @Test("a token is asked for before anything else is told, but by the probes and the page")
    func token() async throws {
        try await Counter.open { counter in
            let token = "0123456789-abcdefghij"
            let door = Door(token: token)
            door.open(counter.application)
            for wrong in [
                nil, "", "Bearer", "Bearer ", "Bearer x", "Bearer \(token)x", "Bearer \(token.dropLast())",
                "Basic \(token)",
                token, "Bearer \(token) \(token)", "Bearer \(token.uppercased())",
            ] {
                for target in ["/train", "/nowhere", "/predict"] {
                    let reply = await ask(door, .get, target, wrong)
                    try expectProblem(reply, 401, "unauthorized", hasHint: true)
                    #expect(reply.fields[.wwwAuthenticate] == "Bearer")
                }
            }
            for right in ["Bearer \(token)", "bearer \(token)", "BEARER  \(token)"] {
                #expect(await ask(door, .get, "/train", right).status == 200)
            }
            #expect(await ask(door, .get, "/healthz").status == 200)
            #expect(await ask(door, .get, "/readyz").status == 200)
            // The page has nothing to protect: it asks for the token itself.
            #expect(await ask(door, .get, "/").status == 200)
        }
    }

    @Test("faults of the protocol are problem documents too")
    func faults() async throws {
        let (type, body) = Door.errorBody(.contentTooLarge, "The body is larger than 1048576 bytes.")
        #expect(type == "application/problem+json")
        let json = try JSON(parsing: body)
        #expect(json["status"] == 413)
        #expect(json["code"] == "content_too_large")
        #expect(json["detail"] == "The body is larger than 1048576 bytes.")
        #expect(json.objectValue?.keys.elements == ["type", "title", "status", "detail", "code"])
    }

    @Test("a database that went away is 503, and a pool that is closed no secret")
    func databaseGone() async throws {
        let server = try await TestCluster.makePrivate()
        try await Counter.open(on: server.superuserConninfo) { counter in
            try await counter.listening {
                #expect(await counter.get("/readyz").status == 200)
                // Test servers don't wait for the disk: without it the crash would take the newest migrations.
                try await counter.script("CHECKPOINT")
                try await server.crash()
                for target in ["/train", "/train/1", "/params"] {
                    let reply = await counter.get(target)
                    try expectProblem(reply, 503, "database_unreachable", detail: "the database")
                    #expect(reply.fields[.retryAfter] == "2")
                }
                try await server.start()
                #expect(await counter.get("/train").status == 200, "at once")
                try await waitUntil("nobody listens for news again") { await counter.get("/readyz").status == 200 }
            }
        }
        try await server.remove()
    }
}
