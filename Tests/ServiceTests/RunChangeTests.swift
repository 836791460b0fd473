import HTTPTypes
import JSONTree
import Testing

@Suite("What is done with runs that are there", .timeLimit(.minutes(5)))
struct RunChangeTests {
    @Test("POST /train/{id}/resume goes on with an ended run: 202, where it is, and the run")
    func resume() async throws {
        try await Counter.open(working: true) { counter in
            _ = try await counter.trained()
            let reply = await counter.post("/train/1/resume", #"{"max_iter": 15}"#)
            #expect(reply.status == 202, "\(reply)")
            #expect(reply.fields[.location] == "/train/1")
            let run = try reply.json
            #expect(run["id"] == 1)
            #expect(run["max_iter"] == 15)
            #expect(run["resumed_from"] == 10)
            #expect(run["stop_reason"] == .null)
            let events = await counter.get("/train/1/events", fields: [.accept: "application/x-ndjson"])
            let end = try #require(try events.events.last)
            #expect(end["state"] == "succeeded")
            #expect(end["epoch"] == 15)
            #expect(try await counter.get("/params?run=1&epoch=10").json["epoch"] == 10, "its epochs stay")
        }
    }

    @Test("a resume that can't be is refused, and the run stays as it was")
    func resumeRefused() async throws {
        try await Counter.open { counter in
            try await counter.script(
                "CREATE TABLE t AS SELECT i / 10.0::float8 AS a, i % 2 AS y FROM generate_series(1, 20) i"
            )
            _ = try await counter.trained(["source": ["table": "t"], "label": "y"])
            let before = try await counter.get("/train/1").json
            for (body, status, code, field, detail) in [
                ("", 422, "missing_option", "max_iter", "run 1 has done all of its 10 epochs"),
                (#"{"max_iter": 5}"#, 422, "invalid_option", "max_iter", "and run 1 is at epoch 10 already"),
                (#"{"max_itr": 50}"#, 422, "unknown_option", "max_itr", "is not known"),
                (#"{"max_iter": "x"}"#, 422, "invalid_option", "max_iter", "max_iter is \"x\""),
                ("[]", 422, "invalid_option", nil, "the body is an array"),
                ("{", 400, "malformed_json", nil, "line 1"),
            ] as [(String, Int, String, String?, String)] {
                try expectProblem(
                    await counter.post("/train/1/resume", body),
                    status,
                    code,
                    field: field,
                    detail: detail
                )
            }
            try await counter.script("DELETE FROM t WHERE y = 0")
            try expectProblem(
                await counter.post("/train/1/resume", #"{"max_iter": 50}"#),
                409,
                "source_changed",
                field: "source",
                detail: "(20 then, 10 now)",
                hasHint: true
            )
            #expect(try await counter.get("/train/1").json == before)
            _ = await counter.post("/train", "")
            try expectProblem(
                await counter.post("/train/2/resume", ""),
                409,
                "conflict",
                detail: "run 2 is queued; only a run that has ended can be resumed",
                hasHint: true
            )
            try expectProblem(
                await counter.post("/train/9/resume", ""),
                404,
                "run_not_found",
                field: "run",
                hasHint: true
            )
        }
    }

    @Test("PATCH changes tags, notes and name; null removes, what is left out stays")
    func patch() async throws {
        try await Counter.open { counter in
            _ = await counter.post("/train", #"{"tags": ["a"], "notes": "n", "name": "one"}"#)
            let reply = await counter.ask(.patch, "/train/1", #"{"tags": ["b", "c"], "notes": null}"#)
            #expect(reply.status == 200)
            #expect(try reply.names == RunRouteTests.fields)
            #expect(try reply.json["tags"] == ["b", "c"])
            #expect(try reply.json["notes"] == .null)
            #expect(try reply.json["name"] == "one")
            for (body, code, field, detail) in [
                (#"{"tag": ["x"]}"#, "unknown_option", "tag", "is not known"),
                (#"{"tags": "x"}"#, "invalid_option", "tags", "an array of strings"),
                (#"{"tags": [""]}"#, "invalid_option", "tags", "an empty one"),
                (#"{"name": 3}"#, "invalid_option", "name", "a string"),
            ] {
                try expectProblem(await counter.ask(.patch, "/train/1", body), 422, code, field: field, detail: detail)
            }
            try expectProblem(await counter.ask(.patch, "/train/1", ""), 400, "malformed_json")
            try expectProblem(
                await counter.ask(.patch, "/train/9", "{}"),
                404,
                "run_not_found",
                field: "run",
                hasHint: true
            )
            #expect(try await counter.get("/train/1").json["tags"] == ["b", "c"])
        }
    }

    @Test("GET /train?tag= lists the runs that have it")
    func byTag() async throws {
        try await Counter.open { counter in
            for tags in [#"["a"]"#, #"["b"]"#, #"["a", "b"]"#] {
                _ = await counter.post("/train", "{\"tags\": \(tags)}")
            }
            for (query, ids) in [("tag=a", [3, 1]), ("tag=b&limit=1", [3]), ("tag=c", [])] {
                let runs = try await counter.get("/train?\(query)").json["runs"]?.arrayValue
                #expect(runs?.compactMap { $0["id"]?.intValue } == ids)
            }
        }
    }

    @Test("DELETE with purge=true deletes the run and what it learned: 204")
    func purge() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            let kept = await counter.ask(.delete, "/train/1?purge=false")
            #expect(kept.status == 200)
            #expect(try kept.json["state"] == "succeeded")
            try expectProblem(
                await counter.ask(.delete, "/train/1?purge=yes"),
                422,
                "invalid_option",
                field: "purge",
                detail: "it must be one of true, false"
            )
            let gone = await counter.ask(.delete, "/train/1?purge=true")
            #expect(gone.status == 204)
            try expectProblem(await counter.get("/train/1"), 404, "run_not_found", field: "run", hasHint: true)
            try expectProblem(await counter.get("/params?run=1"), 404, "run_not_found", field: "run", hasHint: true)
            try expectProblem(
                await counter.ask(.delete, "/train/1?purge=true"),
                404,
                "run_not_found",
                field: "run",
                hasHint: true
            )
        }
    }

    @Test("a run at work is not deleted")
    func purgeWorking() async throws {
        try await Counter.open(working: true) { counter in
            _ = await counter.post("/train", #"{"source": {"example": "article", "rows": 2000}, "max_iter": 100000}"#)
            let news = counter.signals.subscribe()
            for await case .progress in news { break }
            try expectProblem(
                await counter.ask(.delete, "/train/1?purge=true"),
                409,
                "conflict",
                detail: "run 1 is running, and a run at work is not deleted",
                hasHint: true
            )
            _ = await counter.ask(.delete, "/train/1")
            _ = await counter.get("/train/1/events")
            #expect(await counter.ask(.delete, "/train/1?purge=true").status == 204)
        }
    }

    @Test("a warm start to another network is refused at once")
    func warmStart() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            try expectProblem(
                await counter.post("/train", #"{"warm_start": 1, "hidden_layer_sizes": [3]}"#),
                422,
                "irrelevant_option",
                field: "hidden_layer_sizes",
                detail: "run 1 has hidden layers [2], this one [3]",
                hasHint: true
            )
            try expectProblem(
                await counter.post("/train", #"{"warm_start": 9}"#),
                404,
                "run_not_found",
                field: "warm_start",
                hasHint: true
            )
            let warm = try await counter.trained(["warm_start": 1])
            let run = try await counter.get("/train/\(warm.id)").json
            #expect(run["warm_start_epoch"] == 10)
            let first = try await counter.get("/params?run=\(warm.id)&epoch=0").json["params"]
            #expect(try await counter.get("/params?run=1&epoch=10").json["params"] == first)
        }
    }
}
