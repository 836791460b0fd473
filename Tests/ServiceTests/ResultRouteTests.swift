import HTTPTypes
import JSONTree
import Testing

@Suite("What a run has learned", .timeLimit(.minutes(5)))
struct ResultRouteTests {
    static let names = [
        "w1_0_0", "w1_0_1", "w1_1_0", "w1_1_1", "b1_0", "b1_1", "w2_0_0", "w2_0_1", "w2_1_0", "w2_1_1", "b2_0", "b2_1",
    ]

    @Test("metrics: every epoch from 0 to the last, page by page, in three forms")
    func metrics() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            let whole = await counter.get("/train/1/metrics")
            #expect(whole.status == 200)
            #expect(try whole.names == ["run", "metrics", "next"])
            let metrics = try #require(try whole.json["metrics"]?.arrayValue)
            #expect(metrics.map { $0["epoch"]?.intValue } == Array(0...10))
            #expect(
                metrics[0].objectValue?.keys.elements == [
                    "epoch", "split", "loss", "accuracy", "learning_rate", "duration_ms",
                ]
            )
            #expect(metrics.allSatisfy { $0["split"] == "train" })
            #expect(metrics[0]["learning_rate"]?.doubleValue == 2)
            #expect(metrics[10]["learning_rate"] == .null, "the last epoch is only measured")
            #expect(try whole.json["next"] == .null)

            var pages: [[Int?]] = []
            var target = "/train/1/metrics?limit=4"
            while true {
                let page = try await counter.get(target).json
                pages.append(try #require(page["metrics"]?.arrayValue).map { $0["epoch"]?.intValue })
                guard let next = page["next"]?.intValue else { break }
                target = "/train/1/metrics?limit=4&after=\(next)"
            }
            #expect(pages == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10]])

            let csv = await counter.get("/train/1/metrics?format=csv&limit=1")
            #expect(csv.fields[.contentType] == "text/csv; charset=utf-8")
            #expect(
                csv.text.contains(
                    /^epoch,split,loss,accuracy,r2,learning_rate,duration_ms\n0,train,0\.\d+,0\.\d+,,2\.0,\d+\.\d+\n$/
                )
            )
            let lines = await counter.get("/train/1/metrics?format=ndjson")
            #expect(lines.fields[.contentType] == "application/x-ndjson")
            #expect(try lines.lines == metrics)
        }
    }

    @Test("params: named, and as matrices from input i to unit j")
    func params() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            let last = await counter.get("/params")
            #expect(try last.names == ["run", "epoch", "loss", "params", "layers"])
            #expect(try last.json["run"] == 1)
            #expect(try last.json["epoch"] == 10)
            let params = try #require(try last.json["params"])
            #expect(params.objectValue?.keys.elements == Self.names)
            let layers = try #require(try last.json["layers"]?.arrayValue)
            #expect(layers.count == 2)
            #expect(layers[0].objectValue?.keys.elements == ["weights", "biases", "activation"])
            #expect(layers.map { $0["activation"] } == ["relu", .null])
            for (layer, values) in layers.enumerated() {
                for i in 0..<2 {
                    #expect(values["biases"]?.arrayValue?[i] == params["b\(layer + 1)_\(i)"])
                    for j in 0..<2 {
                        #expect(values["weights"]?.arrayValue?[i].arrayValue?[j] == params["w\(layer + 1)_\(i)_\(j)"])
                    }
                }
            }
            #expect(await counter.get("/params?run=1&epoch=last").text == last.text)
            let first = try await counter.get("/params?epoch=0").json
            #expect(first["params"]?["w1_0_0"]?.doubleValue == -0.00569693, "the article's")
            let best = try await counter.get("/params?epoch=best").json["epoch"]?.intValue
            #expect((0...10).contains(try #require(best)))
        }
    }

    @Test("a history of params, page by page, and in the other forms")
    func history() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            var epochs: [[Int?]] = []
            var target = "/params?from=2&to=8&limit=3"
            while true {
                let page = await counter.get(target)
                #expect(try page.names == ["run", "history", "next"])
                let entries = try #require(try page.json["history"]?.arrayValue)
                #expect(entries.first?.objectValue?.keys.elements == ["epoch", "loss", "params"])
                epochs.append(entries.map { $0["epoch"]?.intValue })
                guard let next = try page.json["next"]?.intValue else { break }
                target = "/params?from=\(next)&to=8&limit=3"
            }
            #expect(epochs == [[2, 3, 4], [5, 6, 7], [8]])
            let csv = await counter.get("/params?from=0&to=1&format=csv")
            #expect(csv.text.split(separator: "\n").count == 1 + 2 * 12)
            #expect(csv.text.hasPrefix("epoch,name,value\n0,w1_0_0,-0.00569693\n"))
            let lines = await counter.get("/params?from=9&format=ndjson")
            #expect(try lines.lines.map { $0["epoch"]?.intValue } == [9, 10])
        }
    }

    @Test("predictions have the type of the label's column, and probabilities that sum to 1")
    func predict() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained(["max_iter": 100])
            let reply = await counter.post("/predict", #"{"rows": [{"x1": 2, "x2": 1.5}, {"x2": -2, "x1": -0.5}]}"#)
            #expect(reply.status == 200)
            #expect(try reply.names == ["run", "epoch", "predictions"])
            let predictions = try #require(try reply.json["predictions"]?.arrayValue)
            #expect(predictions.map { $0["label"] } == [1, 0])
            for prediction in predictions {
                #expect(prediction.objectValue?.keys.elements == ["label", "probabilities"])
                let probabilities = try #require(prediction["probabilities"]?.objectValue)
                #expect(probabilities.keys.elements == ["0", "1"])
                #expect(abs(probabilities.values.compactMap(\.doubleValue).reduce(0, +) - 1) < 1e-12)
            }
            let early = try await counter.post("/predict", #"{"run": 1, "epoch": 0, "rows": [{"x1": 2, "x2": 1}]}"#)
                .json
            #expect(early["epoch"] == 0)
            for epoch in [#""best""#, "50", #""50""#] {
                let body = #"{"run": 1, "epoch": \#(epoch), "rows": []}"#
                #expect(try await counter.post("/predict", body).json["predictions"] == [])
            }
            for (row, code, field) in [
                (#"{"x1": 1}"#, "missing_option", "rows[0].x2"),
                (#"{"x1": 1, "x2": 1, "z": 1}"#, "unknown_option", "rows[0].z"),
                (#"{"x1": "a", "x2": 1}"#, "invalid_option", "rows[0].x1"), ("7", "invalid_option", "rows"),
            ] {
                try expectProblem(await counter.post("/predict", #"{"rows": [\#(row)]}"#), 422, code, field: field)
            }
        }
    }

    @Test("text and boolean labels, and a value for regression")
    func labels() async throws {
        try await Counter.open { counter in
            try await counter.script(
                """
                CREATE TABLE t AS SELECT i::float8 AS a, CASE WHEN i > 10 THEN 'hi' ELSE 'lo' END AS word, i > 10 AS flag,
                    i * 0.5::float8 AS size FROM generate_series(1, 20) AS i
                """
            )
            for (label, kind) in [("word", "label"), ("flag", "label"), ("size", "value")] {
                _ = try await counter.trained(["source": ["table": "t"], "label": .string(label), "features": ["a"]])
                let prediction = try await counter.post("/predict", #"{"rows": [{"a": 3}]}"#).json["predictions"]?
                    .arrayValue?.first
                #expect(prediction?.objectValue?.keys.first == kind)
                switch label {
                case "word": #expect(["hi", "lo"].contains(prediction?["label"]?.stringValue))
                case "flag":
                    #expect(prediction?["label"]?.boolValue != nil)
                    #expect(prediction?["probabilities"]?.objectValue?.keys.elements == ["false", "true"])
                default: #expect(prediction?["value"]?.doubleValue != nil)
                }
            }
        }
    }

    @Test("a run without parameters yet is 409")
    func notReady() async throws {
        try await Counter.open { counter in
            _ = await counter.post("/train", "")
            try expectProblem(await counter.get("/params"), 409, "run_not_ready", field: "run", hasHint: true)
            try expectProblem(await counter.post("/predict", #"{"rows": []}"#), 409, "run_not_ready", field: "run")
            try expectProblem(await counter.get("/train/1/sql"), 409, "run_not_ready", field: "run")
            #expect(try await counter.get("/train/1/metrics").json["metrics"] == [])
        }
    }

    @Test("the statement is text for psql, in the run's shape or another")
    func statement() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            let own = await counter.get("/train/1/sql")
            #expect(own.fields[.contentType] == "text/plain; charset=utf-8")
            #expect(
                own.text.hasPrefix(
                    "-- pgradient run 1, shape recursive: 10 iterations from the parameters of epoch 10."
                )
            )
            #expect(own.text.contains("EXECUTE pgradient_run_1_recursive"))
            #expect(await counter.get("/train/1/sql?dialect=postgres&shape=recursive").text == own.text)
            let step = await counter.get("/train/1/sql?shape=step")
            #expect(step.text.hasPrefix("-- pgradient run 1, shape step: one iteration"))
            try await counter.script(step.text)
            let window = await counter.get("/train/1/sql?shape=window&iterations=3")
            #expect(window.text.hasPrefix("-- pgradient run 1, shape window: 3 iterations"))
            try await counter.script(own.text)
            try await counter.script(window.text)
        }
    }

    @Test("the epoch that the run chose predicts, unless another is asked for")
    func chosenEpoch() async throws {
        try await Counter.open { counter in
            try await counter.script(
                """
                CREATE TABLE t AS SELECT sin(i) AS x, (sin(i) + cos(i * 7) > 0)::int AS y
                FROM generate_series(1, 200) AS i
                """
            )
            let run = try await counter.trained([
                "source": ["table": "t"], "label": "y", "max_iter": 30, "seed": 3, "hidden_layer_sizes": [8],
                "learning_rate_init": 0.3, "early_stopping": true, "validation_fraction": 0.3, "n_iter_no_change": 5,
            ])
            let best = try #require(run.bestEpoch)
            try #require(best < run.epoch)
            for (body, epoch) in [
                (#"{"rows": []}"#, best), (#"{"rows": [], "epoch": "best"}"#, best),
                (#"{"rows": [], "epoch": "last"}"#, run.epoch),
            ] {
                #expect(try await counter.post("/predict", body).json["epoch"]?.intValue == epoch)
            }
        }
    }

    @Test("the network as a query, a view and a function")
    func serving() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            let query = await counter.get("/train/1/sql?as=query")
            #expect(query.fields[.contentType] == "text/plain; charset=utf-8")
            #expect(query.text.hasPrefix("-- pgradient run 1, epoch 10: \"y\" from \"x1\", \"x2\"."), "\(query.text)")
            try await counter.script(query.text)
            let view = await counter.get("/train/1/sql?as=view&name=public.\"my view\"&epoch=best&prefix=p_")
            #expect(view.text.contains("CREATE VIEW \"public\".\"my view\" AS"))
            #expect(view.text.contains("AS \"p_prediction\""))
            try await counter.script(view.text)
            let function = await counter.get("/train/1/sql?as=function&epoch=0")
            #expect(function.text.contains("CREATE FUNCTION \"pgradient_run_1\" (\"x1\" float8, \"x2\" float8)"))
            #expect(function.text.contains("epoch 0:"))
            try await counter.script(function.text)
            for (query, code, field) in [
                ("as=table", "invalid_option", "as"), ("as=query&name=q", "irrelevant_option", "name"),
                ("as=view&shape=step", "irrelevant_option", "shape"),
                ("as=view&iterations=2", "irrelevant_option", "iterations"),
                ("name=v", "irrelevant_option", "name"), ("epoch=last", "irrelevant_option", "epoch"),
                ("as=view&epoch=first", "invalid_option", "epoch"), ("as=query&table=t", "unknown_table", "table"),
                ("as=query&nam=t", "unknown_option", "nam"),
            ] {
                try expectProblem(await counter.get("/train/1/sql?\(query)"), 422, code, field: field)
            }
        }
    }

    @Test("HEAD is answered like GET")
    func head() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            for target in ["/train", "/train/1", "/train/1/metrics", "/train/1/sql", "/params", "/healthz", "/readyz"] {
                let (get, head) = (await counter.get(target), await counter.ask(.head, target))
                #expect(head.status == get.status)
                #expect(head.fields == get.fields)
            }
        }
    }
}
