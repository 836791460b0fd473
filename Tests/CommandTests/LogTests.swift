import Foundation
import JSONTree
import TestSupport
import Testing

@Suite("serve: the log", .timeLimit(.minutes(5)))
struct LogTests {
    @Test("as JSON: every line a document, with the request and the run it is about")
    func json() async throws {
        let home = try Home()
        let daemon = try await Daemon(home.flags + ["--log-format", "json", "--log-level", "debug"])
        _ = try await daemon.program.error.line(containing: "\"message\":\"ready\"")
        let body = #"{"source": {"example": "article", "rows": 100}, "max_iter": 5}"#
        let started = try await daemon.ask("POST", "/train", body, fields: ["X-Request-Id": "first"])
        #expect(started.fields["x-request-id"] == "first")
        try await daemon.events(of: 1)
        let lost = try await daemon.ask("GET", "/a%1Bb%0A", fields: ["X-Request-Id": "bad id"])
        #expect(lost.status == 404)
        let made = try #require(lost.fields["x-request-id"])
        #expect(try JSON(parsing: lost.body.utf8)["request_id"]?.stringValue == made)
        let ending = try await daemon.stop()
        let lines = try ending.error.split(separator: "\n").map { try JSON(parsing: $0.utf8) }
        for line in lines {
            #expect(line.objectValue?.keys.elements.prefix(3) == ["time", "level", "message"], "\(line.compact)")
        }
        func line(_ message: String, _ key: String, _ value: String) throws -> JSON {
            try #require(lines.first { $0["message"]?.stringValue == message && $0[key]?.stringValue == value })
        }
        let answered = try line("answered", "request", "first")
        #expect(answered["level"] == "info")
        #expect(answered["run"] == "1")
        #expect(answered["status"] == "202")
        #expect(try line("answered", "request", made)["status"] == "404")
        #expect(try line("answered", "route", "/train/{id}/events")["run"] == "1")
        #expect(try line("training", "run", "1")["attempt"] == "1")
        #expect(try line("the run ended", "run", "1")["state"] == "succeeded")
    }
}
