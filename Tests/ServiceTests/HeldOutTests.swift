import HTTPServer
import HTTPTypes
import JSONTree
import Testing

/// Runs that are measured on two splits, and tables before they are learned from, over HTTP.
@Suite("rows that are held out, and /describe", .timeLimit(.minutes(5)))
struct HeldOutTests {
    @Test("both splits of an epoch stay together: on pages, in the stream and in the run")
    func metrics() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained(["validation_fraction": 0.2, "max_iter": 7])
            let run = try await counter.get("/train/1").json
            let validation = try #require(run["validation"])
            #expect(validation.objectValue?.keys.elements == ["rows", "loss", "accuracy", "best_epoch"])
            #expect(validation["loss"]?.doubleValue != nil)

            var pages: [[String]] = []
            var target = "/train/1/metrics?limit=3"
            while true {
                let page = try await counter.get(target).json
                pages.append(
                    try #require(page["metrics"]?.arrayValue).map {
                        "\($0["epoch"]?.intValue ?? -1) \($0["split"]?.stringValue ?? "")"
                    }
                )
                guard let next = page["next"]?.intValue else { break }
                target = "/train/1/metrics?limit=3&after=\(next)"
            }
            let both = (0...7).flatMap { ["\($0) train", "\($0) validation"] }
            #expect(pages == [Array(both[..<6]), Array(both[6..<12]), Array(both[12...])])

            let some = try await counter.get("/train/1/metrics?split=validation&every=3").json["metrics"]?.arrayValue
            #expect(some?.map { $0["epoch"] } == [0, 3, 6])
            #expect(some?.allSatisfy { $0["split"] == "validation" } == true)
            #expect(try await counter.get("/train/1/metrics?split=test").json["metrics"] == [])

            let lines = try await counter.get("/train/1/events", fields: EventTests.ndjson).events
            #expect(lines.count == 17)
            #expect(lines.dropLast().map { "\($0["epoch"]?.intValue ?? -1) \($0["split"]?.stringValue ?? "")" } == both)
            // Only who has all of an epoch has its number.
            let events = await counter.get("/train/1/events").text.components(separatedBy: "\n\n")
            let numbered = events.filter { $0.hasPrefix("id: ") && $0.contains("event: metrics") }
            #expect(numbered.count == 8)
            #expect(numbered.allSatisfy { $0.contains(#""split":"validation""#) })
            let seen = try EventTests.lastEvent("5")
            let rest = await counter.get("/train/1/events", fields: seen).text
            #expect(rest.components(separatedBy: "event: metrics").count == 5)
        }
    }

    @Test("a table is described, and what can't be is told why")
    func describe() async throws {
        try await Counter.open { counter in
            try await counter.script(
                "CREATE TABLE t AS SELECT i AS x, (ARRAY['a', 'b'])[i % 2 + 1] AS c, i % 2 = 0 AS y FROM generate_series(1, 30) AS i"
            )
            let found = await counter.get("/describe?table=t&label=y")
            #expect(found.status == 200)
            #expect(try found.json["table"] == "public.t")
            let columns = try #require(try found.json["columns"]?.arrayValue)
            #expect(columns.map { $0["role"] } == ["number", "category", "label"])
            #expect(columns[1]["values"] == [["value": "a", "rows": 15], ["value": "b", "rows": 15]])
            let wrong: [(String, Int, String, String)] = [
                ("/describe", 422, "missing_option", "table is missing"),
                ("/describe?table=tt", 422, "unknown_table", "no table \"tt\""),
                ("/describe?table=t&label=z", 422, "unknown_column", "no column \"z\""),
                ("/describe?table=t&rows=3", 422, "unknown_option", "\"rows\""),
            ]
            for (target, status, code, detail) in wrong {
                let reply = await counter.get(target)
                #expect(reply.status == status, "\(target)")
                #expect(try reply.json["code"] == .string(code), "\(target)")
                #expect(try reply.json["detail"]?.stringValue?.contains(detail) == true, "\(target): \(reply.text)")
            }
        }
    }
}
