import HTTPServer
import HTTPTypes
import JSONTree
import Service
import TestSupport
import Testing

@Suite("Requests have names", .timeLimit(.minutes(5)))
struct ReceptionTests {
    private static let field = HTTPField.Name("X-Request-Id")

    /// Runs the body with a reception before a counter, and a log of both.
    private func withReception(_ body: (Reception, LogBook, Counter) async throws -> Void) async throws {
        let book = LogBook()
        try await Counter.open(logger: book.logger(.requests)) { counter in
            let door = Door(token: nil)
            door.open(counter.application)
            try await body(
                Reception(door: door, metrics: counter.metrics, logger: book.logger(.requests)),
                book,
                counter
            )
        }
    }

    private func fields(_ id: String) throws -> HTTPFields { [try #require(Self.field): id] }

    @Test(
        "the client's own, where it can stand in a log line",
        arguments: ["abc", "0-9_A.z", String(repeating: "x", count: 128)]
    )
    func taken(id: String) async throws {
        try await withReception { reception, _, _ in
            let reply = await Reply(reception.handle(.init(.get, "/train", fields: try fields(id))))
            let field = try #require(Self.field)
            #expect(reply.fields[field] == id)
        }
    }

    @Test("or one that is made", arguments: ["", "a b", "a\"b", "ä", "a=b", String(repeating: "x", count: 129)])
    func made(id: String) async throws {
        try await withReception { reception, _, _ in
            let field = try #require(Self.field)
            var seen: Set<String> = []
            for _ in 0..<2 {
                let reply = await Reply(reception.handle(.init(.get, "/train", fields: try fields(id))))
                let made = try #require(reply.fields[field])
                #expect(made.count == 16)
                #expect(made.allSatisfy { $0.isHexDigit })
                #expect(seen.insert(made).inserted)
            }
        }
    }

    @Test("problem documents name the request, in the application and before it")
    func problems() async throws {
        try await withReception { reception, _, _ in
            let reply = await Reply(reception.handle(.init(.get, "/train/99", fields: try fields("one"))))
            #expect(reply.status == 404)
            #expect(try reply.json["request_id"] == "one")
            let closed = Reception(door: Door(token: nil), metrics: ServiceMetrics(version: ""), logger: quiet)
            let early = await Reply(closed.handle(.init(.get, "/train", fields: try fields("two"))))
            #expect(early.status == 503)
            #expect(try early.json["request_id"] == "two")
        }
    }

    @Test("a line for every request: who looks at debug level, who changes at info, what fails here as a warning")
    func lines() async throws {
        try await withReception { reception, book, counter in
            _ = await reception.handle(.init(.post, "/train", "", fields: try fields("start")))
            _ = await reception.handle(.init(.get, "/train/1", fields: try fields("look")))
            _ = await reception.handle(.init(.get, "/nothing", fields: try fields("lost")))
            await counter.training.pool.close()
            _ = await reception.handle(.init(.get, "/train/1", fields: try fields("fail")))
            let lines = Dictionary(
                book.entries.filter { $0.message == "answered" }.map { ($0.metadata["request"] ?? "", $0) },
                uniquingKeysWith: { first, _ in first }
            )
            let start = try #require(lines["start"])
            #expect(start.level == .info)
            #expect(start.metadata["run"] == "1")
            #expect(start.metadata["method"] == "POST")
            #expect(start.metadata["route"] == "/train")
            #expect(start.metadata["status"] == "202")
            #expect(Double(start.metadata["ms"] ?? "") ?? -1 > 0)
            #expect(Int(start.metadata["bytes"] ?? "") ?? 0 > 100)
            #expect(start.metadata["client"] == "unix:")
            let look = try #require(lines["look"])
            #expect(look.level == .debug)
            #expect(look.metadata["run"] == "1")
            #expect(look.metadata["route"] == "/train/{id}")
            #expect(lines["lost"]?.metadata["route"] == "none")
            #expect(lines["fail"]?.level == .warning)
            // Lines from further down have the names as well.
            let failure = try #require(book.entries.first { $0.message == "a request failed" })
            #expect(failure.metadata["request"] == "fail")
            #expect(failure.metadata["run"] == "1")
        }
    }

    @Test("a stream leaves a line when it begins and one when it is over")
    func stream() async throws {
        try await withReception { reception, book, counter in
            _ = try await counter.trained(["max_iter": 3])
            let response = await reception.handle(.init(.get, "/train/1/events", fields: try fields("watch")))
            let field = try #require(Self.field)
            #expect(response.headerFields[field] == "watch")
            #expect(book.entries.contains { $0.message == "a stream begins" && $0.metadata["request"] == "watch" })
            #expect(!book.entries.contains { $0.message == "answered" })
            let reply = await Reply(response)
            let line = try #require(book.entries.first { $0.message == "answered" })
            #expect(line.metadata["request"] == "watch")
            #expect(line.metadata["run"] == "1")
            #expect(line.metadata["bytes"] == "\(reply.text.utf8.count)")
        }
    }
}
