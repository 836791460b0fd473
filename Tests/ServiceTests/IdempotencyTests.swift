import HTTPTypes
import JSONTree
import Testing

@Suite("Idempotency-Key", .timeLimit(.minutes(5)))
struct IdempotencyTests {
    private static let name = HTTPField.Name("Idempotency-Key")

    private func key(_ text: String) throws -> HTTPFields { [try #require(Self.name): text] }

    @Test("the same request, however it is written, gives the same run")
    func same() async throws {
        try await Counter.open { counter in
            let bodies = [
                #"{"max_iter": 3, "source": {"example": "moons", "rows": 50}, "seed": 7}"#,
                #"{"seed":7,"source":{"rows":50.0,"example":"moons"},"max_iter":3}"#,
                #"{"seed": 7e0, "max_iter": 3, "source": {"example": "\u006doons", "rows": 50}}"#,
            ]
            for body in bodies {
                let reply = await counter.post("/train", body, fields: try key("k"))
                #expect(reply.status == 202)
                #expect(reply.fields[.location] == "/train/1")
            }
            #expect(try await counter.get("/train").json["runs"]?.arrayValue?.count == 1)
        }
    }

    @Test(
        "another body with the same key is refused, and no run is stored",
        arguments: [
            "{\"max_iter\": 4}", "{\"max_iter\": 3, \"name\": \"a\"}", "{\"max_iter\": 3, \"name\": null}", "",
            "{\"max_iter\": -1}",
        ]
    )
    func reused(body: String) async throws {
        try await Counter.open { counter in
            _ = await counter.post("/train", #"{"max_iter": 3}"#, fields: try key("k"))
            try expectProblem(
                await counter.post("/train", body, fields: try key("k")),
                422,
                "idempotency_key_reused",
                field: "Idempotency-Key",
                detail: "was sent before with another request, which is run 1",
                hasHint: true
            )
            #expect(try await counter.get("/train").json["runs"]?.arrayValue?.count == 1)
        }
    }

    @Test("the run is found again when its table is gone")
    func tableGone() async throws {
        try await Counter.open { counter in
            try await counter.script("CREATE TABLE t AS SELECT i AS a, i % 2 AS y FROM generate_series(1, 9) AS i")
            let body = #"{"source": {"table": "t"}, "label": "y"}"#
            let first = await counter.post("/train", body, fields: try key("k"))
            try await counter.script("DROP TABLE t")
            let again = await counter.post("/train", body, fields: try key("k"))
            #expect(again.status == 202)
            #expect(again.fields[.location] == first.fields[.location])
            #expect(try again.json["seed"] == first.json["seed"], "the seed was drawn once")
        }
    }

    @Test("many requests with one key at the same time give one run, and the odd ones out are refused")
    func concurrent() async throws {
        try await Counter.open { counter in
            let fields = try key("k")
            let replies = await withTaskGroup(of: (Bool, Reply).self) { group in
                for index in 0..<24 {
                    group.addTask {
                        let isOdd = index % 3 == 2
                        return (isOdd, await counter.post("/train", "{\"max_iter\": \(isOdd ? 4 : 3)}", fields: fields))
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let runs = try #require(try await counter.get("/train").json["runs"]?.arrayValue)
            #expect(runs.count == 1)
            let isOddFirst = runs[0]["max_iter"] == 4
            for (isOdd, reply) in replies {
                #expect(reply.status == (isOdd == isOddFirst ? 202 : 422), "\(reply.text)")
            }
        }
    }

    @Test("a run from before fingerprints were kept is given to whoever has its key")
    func older() async throws {
        try await Counter.open { counter in
            _ = await counter.post("/train", #"{"max_iter": 3}"#, fields: try key("k"))
            try await counter.script("UPDATE pgradient.runs SET idempotency_hash = NULL")
            #expect(await counter.post("/train", #"{"max_iter": 4}"#, fields: try key("k")).status == 202)
        }
    }

    @Test("a key is of visible ASCII", arguments: ["a b", "ä", "a\tb", "a\u{7f}b"])
    func characters(text: String) async throws {
        try await Counter.open { counter in
            for target in ["/train", "/train/1/resume"] {
                let reply = await counter.post(target, "", fields: try key(text))
                try expectProblem(reply, 400, "invalid_option", field: "Idempotency-Key", detail: "visible ASCII")
            }
        }
    }

    @Test("resuming with a key happens once")
    func resume() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            let body = #"{"max_iter": 20}"#
            let first = await counter.post("/train/1/resume", body, fields: try key("r"))
            #expect(first.status == 202)
            #expect(try first.json["state"] == "queued")
            // Without a key the second is a conflict, since the run has not ended.
            try expectProblem(await counter.post("/train/1/resume", body), 409, "conflict", hasHint: true)
            let again = await counter.post("/train/1/resume", body, fields: try key("r"))
            #expect(again.status == 202)
            #expect(again.text == first.text)
            try expectProblem(
                await counter.post("/train/1/resume", #"{"max_iter": 30}"#, fields: try key("r")),
                422,
                "idempotency_key_reused",
                field: "Idempotency-Key"
            )
            try expectProblem(
                await counter.post("/train/1/resume", body, fields: try key("")),
                400,
                "invalid_option",
                field: "Idempotency-Key"
            )
            // The key belongs to that resumption of that run.
            _ = try await counter.trained()
            #expect(await counter.post("/train/2/resume", body, fields: try key("r")).status == 202)
            #expect(await counter.post("/train", "", fields: try key("r")).status == 202)
        }
    }
}
