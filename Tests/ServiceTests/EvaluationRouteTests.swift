import JSONTree
import Testing

@Suite("How good a run is", .timeLimit(.minutes(5)))
struct EvaluationRouteTests {
    @Test("classes: the document, at an epoch, and with what features are worth")
    func classes() async throws {
        try await Counter.open { counter in
            let run = try await counter.trained()
            let reply = await counter.get("/train/1/evaluation")
            #expect(reply.status == 200)
            #expect(
                try reply.names == [
                    "run", "epoch", "split", "rows", "notice", "accuracy", "log_loss", "roc_auc", "confusion_matrix",
                    "classes", "macro", "weighted", "calibration",
                ]
            )
            let document = try reply.json
            #expect(document["run"] == 1 && document["epoch"] == 10 && document["split"] == "train")
            #expect(document["notice"] == .null)
            #expect(document["accuracy"]?.doubleValue == run.accuracy)
            #expect(document["confusion_matrix"]?["classes"] == [0, 1])
            let counts = try #require(document["confusion_matrix"]?["counts"]?.arrayValue)
            #expect(counts.flatMap { $0.arrayValue ?? [] }.compactMap(\.intValue).reduce(0, +) == run.rows)
            let lines = try #require(document["classes"]?.arrayValue)
            #expect(
                lines[0].objectValue?.keys.elements == [
                    "class", "precision", "recall", "f1", "roc_auc", "support", "predicted",
                ]
            )
            #expect(document["calibration"]?["class"] == 1)
            #expect(document["calibration"]?["bins"]?.arrayValue?.count == 10)

            #expect(await counter.get("/train/1/evaluation?split=train&epoch=last&format=json").text == reply.text)
            #expect(try await counter.get("/train/1/evaluation?epoch=0&importance=false").json["epoch"] == 0)
            let worth = try await counter.get("/train/1/evaluation?importance=true&repeats=2").json["importance"]
            #expect(worth?["measure"] == "accuracy" && worth?["repeats"] == 2)
            #expect(worth?["features"]?.arrayValue?.map { $0["feature"] } == ["x1", "x2"])
            let standard = try await counter.get("/train/1/evaluation?importance=true").json["importance"]
            #expect(standard?["repeats"] == 5)
        }
    }

    @Test("numbers, on the run's rows and on another table's")
    func numbers() async throws {
        try await Counter.open { counter in
            try await counter.script(
                """
                CREATE TABLE t AS SELECT i::float8 AS a, i * 0.5::float8 AS size FROM generate_series(1, 20) AS i;
                CREATE TABLE u AS SELECT * FROM t WHERE a > 15
                """
            )
            _ = try await counter.trained(["source": ["table": "t"], "label": "size", "features": ["a"]])
            let reply = await counter.get("/train/1/evaluation?table=u")
            #expect(
                try reply.names == [
                    "run", "epoch", "table", "rows", "notice", "rmse", "mae", "r2", "mean_error", "max_error",
                    "deciles",
                ]
            )
            #expect(try reply.json["table"] == "u")
            #expect(try reply.json["rows"] == 5)
            #expect(try await counter.get("/train/1/evaluation").json["deciles"]?.arrayValue?.count == 10)
        }
    }

    @Test("what makes no sense is a problem that says so")
    func problems() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            for (query, status, code, field) in [
                ("split=all", 422, "invalid_option", "split"), ("split=test", 422, "irrelevant_option", "split"),
                ("epoch=soon", 422, "invalid_option", "epoch"), ("epoch=11", 404, "epoch_not_found", "epoch"),
                ("importance=yes", 422, "invalid_option", "importance"),
                ("repeats=3", 422, "irrelevant_option", "repeats"),
                ("importance=true&repeats=0", 422, "invalid_option", "repeats"),
                ("format=csv", 422, "invalid_option", "format"), ("table=nowhere", 422, "unknown_table", "table"),
                ("table=t&split=train", 422, "irrelevant_option", "split"), ("x=1", 422, "unknown_option", "x"),
            ] {
                try expectProblem(await counter.get("/train/1/evaluation?\(query)"), status, code, field: field)
            }
            try expectProblem(await counter.get("/train/9/evaluation"), 404, "run_not_found", field: "run")
            _ = await counter.post("/train", "")
            try expectProblem(await counter.get("/train/2/evaluation"), 409, "run_not_ready", field: "run")
        }
    }
}
