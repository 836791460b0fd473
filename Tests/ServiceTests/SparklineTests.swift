import JSONTree
import Testing

@Suite("The course of the loss in the list of runs", .timeLimit(.minutes(5)))
struct SparklineTests {
    @Test("a few losses of each run, evenly over its epochs, the first and the last among them")
    func lines() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained(["max_iter": 10])
            _ = try await counter.trained(["max_iter": 3])
            _ = await counter.post("/train", "")
            func losses(_ run: Int) async throws -> [JSON] {
                try #require(try await counter.get("/train/\(run)/metrics").json["metrics"]?.arrayValue)
                    .compactMap { $0["loss"] }
            }
            let (long, short) = (try await losses(1), try await losses(2))
            func lines(_ query: String) async throws -> [[JSON]?] {
                try #require(try await counter.get("/train?\(query)").json["runs"]?.arrayValue)
                    .map { $0["sparkline"]?.arrayValue }
            }
            #expect(try await lines("sparkline=24") == [[], short, long])
            #expect(try await lines("sparkline=11") == [[], short, long])
            #expect(
                try await lines("sparkline=6") == [[], short, stride(from: 0, through: 10, by: 2).map { long[$0] }]
            )
            #expect(try await lines("sparkline=2") == [[], [short[0], short[3]], [long[0], long[10]]])
            #expect(try await lines("sparkline=2&limit=1&before=2") == [[long[0], long[10]]])
            #expect(try await lines("limit=5") == [nil, nil, nil], "nobody asked")
            #expect(try await counter.get("/train?sparkline=2&before=1").json["runs"] == [])
            for text in ["1", "501", "x", ""] {
                try expectProblem(
                    await counter.get("/train?sparkline=\(text)"),
                    422,
                    "invalid_option",
                    field: "sparkline"
                )
            }
        }
    }

    @Test("losses of rows that are held out are none of it, and epochs without one are passed over")
    func otherSplits() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained(["validation_fraction": 0.3, "early_stopping": true, "tol": 0])
            try await counter.script("DELETE FROM pgradient.metrics WHERE epoch BETWEEN 4 AND 6")
            let metrics = try await counter.get("/train/1/metrics?split=train").json["metrics"]?.arrayValue
            let expected = try #require(metrics).compactMap { $0["loss"] }
            let run = try await counter.get("/train?sparkline=24").json["runs"]?.arrayValue?.first
            #expect(expected.count == 8)
            #expect(run?["sparkline"]?.arrayValue == expected)
        }
    }
}
