import HTTPServer
import JSONTree
import Service
import TestSupport
import Testing
import Training

/// The whole of the daemon but its process: server, door and application over a real socket.
@Suite("Over a socket", .timeLimit(.minutes(5)))
struct SocketTests {
    private func withServer(
        working: Bool = true,
        maxQueued: Int = 100,
        _ body: (Int, Counter) async throws -> Void
    ) async throws {
        try await Counter.open(working: working) { counter in
            let address = ListenAddress.tcp(host: "127.0.0.1", port: 0)
            let door = Door(token: nil, access: Access(listeningOn: address, allowedHosts: []))
            var application = counter.application
            application.maxQueued = maxQueued
            door.open(application)
            let server = HTTPServer(
                address: address,
                logger: quiet,
                defaultFields: SecurityFields.all,
                errorBody: Door.errorBody
            ) { await door.handle($0) }
            guard case .tcp(_, let port) = try await server.start() else { return }
            do {
                try await body(port, counter)
                await server.shutdown(grace: .zero)
            } catch {
                await server.shutdown(grace: .zero)
                throw error
            }
        }
    }

    private func ask(
        _ port: Int,
        _ method: String,
        _ target: String,
        _ body: String? = nil
    ) async throws -> Visitor.Answer {
        try await offPool { try Visitor(port: port).ask(method, target, body) }
    }

    @Test("a request is trained, watched, looked at and asked, all on one connection")
    func wholeStory() async throws {
        try await withServer { port, _ in
            try await offPool {
                let visitor = try Visitor(port: port)
                let body = #"{"source": {"example": "article", "rows": 500}, "max_iter": 60}"#
                let clock = ContinuousClock.now
                let accepted = try visitor.ask("POST", "/train", body, fields: ["Content-Type": "application/json"])
                print("POST /train over a socket took \(clock.duration(to: .now))")
                #expect(accepted.status == 202)
                #expect(accepted.fields["location"] == "/train/1")
                #expect(accepted.fields["content-length"] == "\(accepted.body.utf8.count)")

                let events = try visitor.ask("GET", "/train/1/events")
                #expect(events.fields["transfer-encoding"] == "chunked")
                #expect(events.body.components(separatedBy: "event: metrics\n").count == 62)
                #expect(events.body.contains("id: 60\nevent: end\n"))

                let run = try JSON(parsing: try visitor.ask("GET", "/train/1").body.utf8)
                #expect(run["state"] == "succeeded")
                let head = try visitor.ask("HEAD", "/train/1")
                #expect(head.status == 200)
                #expect(head.body.isEmpty)
                #expect(try visitor.ask("GET", "/params").body.contains("\"w1_0_0\""))
                let predicted = try visitor.ask("POST", "/predict", #"{"rows": [{"x1": 3, "x2": 1}]}"#)
                #expect(predicted.body.contains("\"label\": 1"))
                let evaluation = try JSON(parsing: try visitor.ask("GET", "/train/1/evaluation").body.utf8)
                #expect(evaluation["rows"] == 500 && evaluation["accuracy"] == run["accuracy"])
            }
        }
    }

    @Test("a run is tagged, resumed and deleted on one connection")
    func lifeOfARun() async throws {
        try await withServer { port, _ in
            try await offPool {
                let visitor = try Visitor(port: port)
                _ = try visitor.ask(
                    "POST",
                    "/train",
                    #"{"source": {"example": "article", "rows": 100}, "max_iter": 5}"#
                )
                _ = try visitor.ask("GET", "/train/1/events")
                let tagged = try visitor.ask("PATCH", "/train/1", #"{"tags": ["kept"]}"#)
                #expect(tagged.status == 200)
                let resumed = try visitor.ask("POST", "/train/1/resume", #"{"max_iter": 9}"#)
                #expect(resumed.status == 202)
                let events = try visitor.ask("GET", "/train/1/events")
                #expect(events.body.contains("id: 9\nevent: end\n"), "\(events.body)")
                let again = try visitor.ask("POST", "/train/1/resume", "")
                #expect(again.status == 422)
                #expect(again.fields["content-type"] == "application/problem+json")
                let listed = try JSON(parsing: try visitor.ask("GET", "/train?tag=kept").body.utf8)
                #expect(listed["runs"]?.arrayValue?.count == 1)
                let gone = try visitor.ask("DELETE", "/train/1?purge=true")
                #expect(gone.status == 204)
                #expect(gone.body.isEmpty)
                #expect(gone.fields["content-length"] == nil)
                #expect(try visitor.ask("GET", "/train/1").status == 404)
            }
        }
    }

    @Test("a body beyond a mebibyte is 413, one within it is read")
    func bodyLimit() async throws {
        try await withServer { port, _ in
            let large = try await ask(port, "POST", "/train", String(repeating: " ", count: (1 << 20) + 1))
            #expect(large.status == 413)
            #expect(large.fields["content-type"] == "application/problem+json")
            #expect(large.fields["connection"] == "close")
            let json = try JSON(parsing: large.body.utf8)
            #expect(json["code"] == "content_too_large")
            #expect(json["status"] == 413)
            let fitting = try await ask(port, "POST", "/train", String(repeating: " ", count: (1 << 20) - 2) + "[]")
            #expect(fitting.status == 422)
        }
    }

    @Test("malformed JSON is 400 with line and column, and the connection goes on")
    func malformed() async throws {
        try await withServer { port, _ in
            try await offPool {
                let visitor = try Visitor(port: port)
                let answer = try visitor.ask("POST", "/train", "{\"max_iter\": 3,\n  \"seed\": }")
                #expect(answer.status == 400)
                #expect(
                    try JSON(parsing: answer.body.utf8)["detail"]?.stringValue?.contains("line 2, column 11") == true,
                    "\(answer.body)"
                )
                #expect(try visitor.ask("GET", "/healthz").status == 200)
            }
        }
    }

    @Test("a malformed request and an unknown version are problem documents")
    func protocolFaults() async throws {
        try await withServer { port, _ in
            for (text, status) in [("nonsense\r\n\r\n", 400), ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505)] {
                let answer = try await offPool {
                    let visitor = try Visitor(port: port)
                    try visitor.send(text)
                    return try visitor.answer()
                }
                #expect(answer.status == status)
                #expect(try JSON(parsing: answer.body.utf8)["status"]?.intValue == status)
            }
        }
    }

    @Test("events arrive while the run is trained, not at its end")
    func streaming() async throws {
        try await withServer { port, counter in
            let body = #"{"source": {"example": "article", "rows": 1000}, "max_iter": 100000}"#
            #expect(try await ask(port, "POST", "/train", body).status == 202)
            let seen = try await offPool {
                let visitor = try Visitor(port: port)
                try visitor.send("GET", "/train/1/events")
                #expect(try visitor.head().fields["content-type"] == "text/event-stream")
                var text = ""
                while !text.contains("id: 5\n"), let chunk = try visitor.chunk() { text += chunk }
                return text
            }
            #expect(seen.contains("id: 5\nevent: metrics\ndata: {\"epoch\":5,"))
            // That client is gone now, in the middle of its stream; the others do not notice.
            let run = try JSON(parsing: try await ask(port, "GET", "/train/1").body.utf8)
            #expect(run["state"] == "running")
            #expect(try #require(run["epoch"]?.intValue) >= 5)
            #expect(run["eta_s"] != .null)
            #expect(try await ask(port, "DELETE", "/train/1").status == 202)
            let events = try await ask(port, "GET", "/train/1/events")
            #expect(events.body.contains("event: end"))
            #expect(try await counter.training.run(1).state == .cancelled)
        }
    }

    @Test("every answer says what a browser may do with it, the server's own refusals too")
    func securityFields() async throws {
        try await withServer { port, _ in
            let requests = [
                "GET /train HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /train HTTP/1.1\r\nHost: rebind.example\r\n\r\n", "nonsense\r\n\r\n",
                "POST /train HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nContent-Length: 2\r\n\r\n{}",
            ]
            for (text, status) in zip(requests, [200, 404, 421, 400, 403]) {
                let answer = try await offPool {
                    let visitor = try Visitor(port: port)
                    try visitor.send(text)
                    return try visitor.answer()
                }
                #expect(answer.status == status)
                #expect(answer.fields["x-content-type-options"] == "nosniff")
                #expect(answer.fields["referrer-policy"] == "no-referrer")
                #expect(answer.fields["cross-origin-resource-policy"] == "same-origin")
                #expect(answer.fields["cross-origin-opener-policy"] == "same-origin")
                #expect(answer.fields["content-security-policy"]?.contains("default-src 'none'") == true)
                #expect(answer.fields["cache-control"] != nil)
                #expect(!answer.fields.keys.contains { $0.hasPrefix("access-control-") })
            }
        }
    }

    @Test("a client with too many runs waiting gets 429 and the rest of its connection")
    func queueLimit() async throws {
        try await withServer(working: false, maxQueued: 2) { port, counter in
            let answers = try await withThrowingTaskGroup(of: Visitor.Answer.self) { group in
                for _ in 0..<8 { group.addTask { try await ask(port, "POST", "/train", "{}") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.filter { $0.status == 202 }.count == 2)
            let refused = answers.filter { $0.status == 429 }
            #expect(refused.count == 6)
            for answer in refused {
                #expect(answer.fields["retry-after"] == "10")
                #expect(answer.fields["content-type"] == "application/problem+json")
                #expect(try JSON(parsing: answer.body.utf8)["code"] == "queue_full")
            }
            let (runs, _) = try await counter.training.runs(limit: 10)
            #expect(runs.count == 2)
            _ = try await counter.training.cancel(1)
            #expect(try await ask(port, "POST", "/train", "{}").status == 202)
        }
    }
}
