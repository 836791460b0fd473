import HTTPTypes
import JSONTree
import Testing

@Suite("/train and /train/{id}", .timeLimit(.minutes(5)))
struct RunRouteTests {
    /// API.md's fields in its order, and ours that were added in between.
    static let fields = [
        "id", "name", "state", "epoch", "max_iter", "loss", "accuracy", "validation", "learning_rate", "shape",
        "shape_reason", "batch_size", "rows", "inputs", "features", "label", "classes", "class_counts", "notices",
        "task",
        "seed", "tags", "notes", "eta_s", "stop_reason", "error", "warm_start_epoch", "resumed_from",
        "created_at", "started_at", "finished_at", "spec",
    ]

    @Test("POST without a body takes the article's example: 202, where it is, and the run", arguments: ["", "{}"])
    func start(body: String) async throws {
        try await Counter.open { counter in
            let took = await ContinuousClock().measure { _ = await counter.get("/readyz") }
            let clock = ContinuousClock.now
            let reply = await counter.post("/train", body)
            // For people: the machine may be busy, so nothing is asserted.
            print("POST /train took \(clock.duration(to: .now)), GET /readyz before it \(took)")
            #expect(reply.status == 202)
            #expect(reply.fields[.location] == "/train/1")
            #expect(reply.fields[.contentType] == "application/json")
            #expect(reply.fields[.cacheControl] == "no-store")
            #expect(try reply.names == Self.fields)
            let run = try reply.json
            #expect(run["id"] == 1)
            #expect(run["state"] == "queued")
            #expect(run["epoch"] == 0)
            #expect(run["max_iter"] == 100)
            #expect(run["loss"] == .null)
            #expect(run["features"] == ["x1", "x2"])
            #expect(run["spec"]?["source"] == ["rows": 100_000, "example": "article"])
            #expect(run["created_at"]?.stringValue?.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) == true)
            #expect(run["started_at"] == .null)
        }
    }

    @Test("a finished run has every field filled")
    func finished() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained(["name": "first", "seed": 7])
            let reply = await counter.get("/train/1")
            #expect(reply.status == 200)
            #expect(try reply.names == Self.fields)
            let run = try reply.json
            #expect(run["name"] == "first")
            #expect(run["state"] == "succeeded")
            #expect(run["epoch"] == 10)
            #expect(run["rows"] == 200)
            #expect(run["classes"] == [0, 1])
            #expect(run["seed"] == 7)
            #expect(run["shape"] == "recursive")
            #expect(run["batch_size"] == 200)
            #expect(run["stop_reason"] == "max_iter")
            #expect((0.5...1).contains(try #require(run["accuracy"]?.doubleValue)))
            #expect(try #require(run["loss"]?.doubleValue) > 0)
            for name in ["created_at", "started_at", "finished_at"] {
                #expect(run[name]?.stringValue?.hasSuffix("Z") == true, "\(name)")
            }
            for name in ["error", "eta_s", "validation"] { #expect(run[name] == .null, "\(name)") }
        }
    }

    @Test("regression has r2 in place of accuracy")
    func regression() async throws {
        try await Counter.open { counter in
            try await counter.script(
                "CREATE TABLE t AS SELECT i / 10.0::float8 AS a, i * 0.3::float8 AS y FROM generate_series(1, 20) i"
            )
            _ = try await counter.trained(["source": ["table": "t"], "label": "y"])
            let reply = await counter.get("/train/1")
            #expect(try reply.names == Self.fields.map { $0 == "accuracy" ? "r2" : $0 })
            #expect(try reply.json["classes"] == .null)
            let metrics = try await counter.get("/train/1/metrics?limit=1").json["metrics"]?.arrayValue?.first
            #expect(
                metrics?.objectValue?.keys.elements == ["epoch", "split", "loss", "r2", "learning_rate", "duration_ms"]
            )
        }
    }

    @Test("runs come newest first, page by page")
    func list() async throws {
        try await Counter.open { counter in
            #expect(try await counter.get("/train").json == ["runs": [], "next": .null])
            for _ in 1...5 { _ = await counter.post("/train", "") }
            var target = "/train?limit=2"
            var pages: [[Int?]] = []
            while true {
                let page = await counter.get(target)
                #expect(try page.names == ["runs", "next"])
                let runs = try #require(try page.json["runs"]?.arrayValue)
                pages.append(runs.map { $0["id"]?.intValue })
                guard let next = try page.json["next"]?.intValue else { break }
                target = "/train?limit=2&before=\(next)"
            }
            #expect(pages == [[5, 4], [3, 2], [1]])
            #expect(
                try await counter.get("/train").json["runs"]?.arrayValue?.first?.objectValue?.keys.elements
                    == Self.fields
            )
        }
    }

    @Test("the same Idempotency-Key gives the same run")
    func idempotency() async throws {
        try await Counter.open { counter in
            let name = try #require(HTTPField.Name("Idempotency-Key"))
            let first = await counter.post("/train", "", fields: [name: "k1"])
            let again = await counter.post("/train", "", fields: [name: "k1"])
            let other = await counter.post("/train", "", fields: [name: "k2"])
            #expect([first.status, again.status, other.status] == [202, 202, 202])
            #expect(first.fields[.location] == again.fields[.location])
            #expect(first.fields[.location] != other.fields[.location])
            #expect(try await counter.get("/train").json["runs"]?.arrayValue?.count == 2)
            let long = String(repeating: "k", count: 256)
            try expectProblem(
                await counter.post("/train", "", fields: [name: long]),
                400,
                "invalid_option",
                field: "Idempotency-Key",
                detail: "the Idempotency-Key has 256 bytes; 1 to 255 are taken"
            )
        }
    }

    @Test("DELETE cancels at once what nobody works on, and leaves alone what has ended")
    func cancel() async throws {
        try await Counter.open { counter in
            _ = await counter.post("/train", "")
            let cancelled = await counter.ask(.delete, "/train/1")
            #expect(cancelled.status == 200)
            #expect(try cancelled.json["state"] == "cancelled")
            #expect(try cancelled.json["stop_reason"] == "cancelled")
            _ = try await counter.trained()
            let ended = await counter.ask(.delete, "/train/2")
            #expect(ended.status == 200)
            #expect(try ended.json["state"] == "succeeded")
        }
    }

    @Test("DELETE of a run in progress is 202; it ends soon after, and what it learned stays")
    func cancelWorking() async throws {
        try await Counter.open(working: true) { counter in
            let body = #"{"source": {"example": "article", "rows": 2000}, "max_iter": 100000}"#
            _ = await counter.post("/train", body)
            let news = counter.signals.subscribe()
            for await case .progress in news { break }
            let reply = await counter.ask(.delete, "/train/1")
            #expect([200, 202].contains(reply.status))
            let events = await counter.get("/train/1/events", fields: [.accept: "application/x-ndjson"])
            let end = try #require(try events.events.last)
            #expect(end["event"] == "end")
            #expect(end["state"] == "cancelled")
            let epoch = try #require(end["epoch"]?.intValue)
            #expect(epoch > 0)
            #expect(try await counter.get("/params").json["epoch"]?.intValue == epoch)
        }
    }
}
