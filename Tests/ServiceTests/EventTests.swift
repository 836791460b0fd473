import HTTPServer
import HTTPTypes
import JSONTree
import Synchronization
import TestSupport
import Testing

@Suite("/train/{id}/events", .timeLimit(.minutes(5)))
struct EventTests {
    static let ndjson: HTTPFields = [.accept: "application/x-ndjson"]

    static func lastEvent(_ id: String) throws -> HTTPFields {
        [try #require(HTTPField.Name("Last-Event-ID")): id]
    }

    @Test("server-sent events: numbered by epoch, then the run as it ended")
    func serverSent() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained(["max_iter": 3])
            let reply = await counter.get("/train/1/events")
            #expect(reply.status == 200)
            #expect(reply.fields[.contentType] == "text/event-stream")
            #expect(reply.fields[.cacheControl] == "no-store")
            #expect(reply.failure == nil)
            let events = reply.text.components(separatedBy: "\n\n")
            #expect(events.first == "retry: 2000")
            #expect(events.last == "")
            let metrics = events.dropFirst().dropLast(2)
            for (epoch, event) in metrics.enumerated() {
                let lines = event.split(separator: "\n").map(String.init)
                #expect(lines.prefix(2) == ["id: \(epoch)", "event: metrics"])
                let data = try JSON(parsing: try #require(lines.last).dropFirst("data: ".count).utf8)
                #expect(data["epoch"]?.intValue == epoch)
                #expect(
                    data.objectValue?.keys.elements == [
                        "epoch", "split", "loss", "accuracy", "learning_rate", "duration_ms",
                    ]
                )
            }
            #expect(metrics.count == 4)
            let end = try #require(events.dropLast().last)
            #expect(end.hasPrefix("id: 3\nevent: end\ndata: {\"id\":1,"))
            #expect(end.contains(#""state":"succeeded""#))
        }
    }

    @Test("NDJSON has the same, one document per line")
    func ndjson() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained(["max_iter": 3])
            let reply = await counter.get("/train/1/events", fields: Self.ndjson)
            #expect(reply.fields[.contentType] == "application/x-ndjson")
            let lines = try reply.events
            #expect(lines.map { $0["event"] } == ["metrics", "metrics", "metrics", "metrics", "end"])
            #expect(lines.dropLast().map { $0["epoch"] } == [0, 1, 2, 3])
            #expect(lines.last?["state"] == "succeeded")
        }
    }

    @Test("a client that comes back says what it has", arguments: [0, 2, 3, 99])
    func resume(last: Int) async throws {
        try await Counter.open { counter in
            _ = try await counter.trained(["max_iter": 3])
            var fields = try Self.lastEvent("\(last)")
            fields[.accept] = "application/x-ndjson"
            let lines = try await counter.get("/train/1/events", fields: fields).events
            #expect(
                lines.compactMap { $0["event"] == "metrics" ? $0["epoch"]?.intValue : nil }
                    == Array(0...3).filter { $0 > last }
            )
            #expect(lines.last?["event"] == "end")
        }
    }

    @Test("a number of an event that can't be one", arguments: ["x", "-1", "1.5", "99999999999"])
    func wrongNumber(text: String) async throws {
        try await Counter.open { counter in
            _ = await counter.post("/train", "")
            let reply = await counter.get("/train/1/events", fields: try Self.lastEvent(text))
            try expectProblem(reply, 400, "invalid_option", field: "Last-Event-ID", detail: "it must be an epoch")
        }
    }

    @Test("while training: each epoch once and in order, for two listeners at a time")
    func live() async throws {
        try await Counter.open(working: true) { counter in
            _ = await counter.post("/train", #"{"source": {"example": "article", "rows": 200}, "max_iter": 300}"#)
            async let first = counter.get("/train/1/events", fields: Self.ndjson)
            async let second = counter.get("/train/1/events", fields: Self.ndjson)
            for reply in [await first, await second] {
                let lines = try reply.events
                #expect(lines.dropLast().map { $0["epoch"]?.intValue } == Array(0...300))
                #expect(lines.last?["event"] == "end")
                #expect(lines.last?["state"] == "succeeded")
            }
        }
    }

    @Test("when news come to an end so does a waiting stream, without an event that says the run has ended")
    func cut() async throws {
        try await Counter.open { counter in
            _ = await counter.post("/train", "")
            let listening = Task { await counter.signals.run() }
            let reply = Task { await counter.get("/train/1/events", fields: Self.ndjson) }
            // Twice subscribed: the stream and we.
            for await _ in counter.signals.subscribe() { break }
            listening.cancel()
            await listening.value
            let cut = try await within(.seconds(10), "the end of the stream") { await reply.value }
            #expect(cut.failure is CancellationError)
            #expect(cut.text.isEmpty)
            // And one that comes later.
            let late = try await within(.seconds(10), "the end of the stream") { await counter.get("/train/1/events") }
            #expect(late.failure is CancellationError)
        }
    }
}
