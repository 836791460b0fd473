import JSONTree
import Testing

@Suite("What a network of two inputs says of the plane", .timeLimit(.minutes(5)))
struct BoundaryRouteTests {
    @Test("the document of the article's example, with points and without")
    func document() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained(["max_iter": 100])
            let reply = await counter.get("/train/1/boundary?size=6")
            #expect(reply.status == 200)
            #expect(
                try reply.names == [
                    "run", "epoch", "size", "x", "y", "classes", "cells", "confidence", "points", "notice",
                ]
            )
            let json = try reply.json
            #expect(json["run"] == 1 && json["epoch"] == 100 && json["size"] == 6 && json["notice"] == .null)
            #expect(json["x"]?.objectValue?.keys.elements == ["column", "kind", "from", "to"])
            #expect(json["x"]?["column"] == "x1" && json["y"]?["column"] == "x2" && json["x"]?["kind"] == "real")
            #expect(json["classes"] == [0, 1])
            // x1 + x2 > 0: lowest y and lowest x first.
            let cells = try #require(json["cells"]?.arrayValue).map { $0.arrayValue ?? [] }
            #expect(cells.map(\.count) == Array(repeating: 6, count: 6))
            #expect(cells[0][0] == 0 && cells[5][5] == 1 && cells[1][0] == 0 && cells[5][4] == 1)
            let confidence = try #require(json["confidence"]?.arrayValue).flatMap { $0.arrayValue ?? [] }
            #expect(confidence.count == 36)
            #expect(confidence.compactMap(\.doubleValue).allSatisfy { (0.5...1).contains($0) })
            let points = try #require(json["points"]?.arrayValue)
            #expect(points.count == 200)
            for point in points {
                let values = try #require(point.arrayValue)
                let (x, y) = (try #require(values[0].doubleValue), try #require(values[1].doubleValue))
                #expect(values[2].intValue == (x + y > 0 ? 1 : 0))
                #expect(values[3] == "train")
            }
            #expect(await counter.get("/train/1/boundary?size=6").text == reply.text, "the same points every time")
            #expect(
                try await counter.get("/train/1/boundary?size=6&points=3").json["points"] == .array(Array(points[..<3]))
            )
            let bare = await counter.get("/train/1/boundary?size=6&points=0&epoch=0")
            #expect(try bare.json["epoch"] == 0)
            #expect(try !bare.names.contains("points"))
            #expect(try await counter.get("/train/1/boundary").json["size"] == 48)
            #expect(await counter.ask(.head, "/train/1/boundary").status == 200)
        }
    }

    @Test("cells are the network's own predictions, rounded: classes and values")
    func predictions() async throws {
        try await Counter.open { counter in
            try await counter.script(
                """
                CREATE TABLE t AS SELECT sin(i) * 3 AS a, cos(i * 3) * 7e-4 AS b, 'k' || i % 3 AS c, sin(i) * 1e-6 AS tiny,
                    cos(i) * 1e9 AS big FROM generate_series(1, 60) AS i
                """
            )
            for (label, scale) in [("c", 1.0), ("tiny", 1e-6), ("big", 1e9)] {
                let run = try await counter.trained([
                    "source": ["table": "t"], "label": .string(label), "features": ["a", "b"], "seed": 5,
                    "hidden_layer_sizes": [3], "loss": label == "c" ? "cross_entropy" : "squared_error",
                ])
                let json = try await counter.get("/train/\(run.id)/boundary?size=5&points=0").json
                let cells = try #require(json["cells"]?.arrayValue).flatMap { $0.arrayValue ?? [] }
                let confidence = json["confidence"]?.arrayValue?.flatMap { $0.arrayValue ?? [] }
                func middle(_ axis: JSON?, _ place: Int) throws -> JSON {
                    let from = try #require(axis?["from"]?.doubleValue)
                    let to = try #require(axis?["to"]?.doubleValue)
                    return .number(from + (to - from) * (Double(place) + 0.5) / 5)
                }
                let rows = try (0..<25).map { index -> JSON in
                    ["a": try middle(json["x"], index % 5), "b": try middle(json["y"], index / 5)]
                }
                let body: JSON = ["run": .integer(run.id), "rows": .array(rows)]
                let found = try await counter.post("/predict", body.compact).json["predictions"]?.arrayValue
                let predictions = try #require(found)
                let values = predictions.compactMap { $0["value"]?.doubleValue }
                let spread = (values.max() ?? 0) - (values.min() ?? 0)
                for (index, prediction) in predictions.enumerated() {
                    if let confidence {
                        let label = json["classes"]?.arrayValue?[cells[index].intValue ?? -1]
                        let share = prediction["probabilities"]?[label?.stringValue ?? ""]?.doubleValue
                        let shown = try #require(confidence[index].doubleValue)
                        #expect(abs(shown - (share ?? .nan)) < 1e-4, "\(label ?? .null) at \(index)")
                        #expect((shown * 1e4).rounded() / 1e4 == shown, "rounded to four digits")
                    } else {
                        let value = try #require(prediction["value"]?.doubleValue)
                        let shown = try #require(cells[index].doubleValue)
                        #expect(abs(shown - value) <= 1e-4 * spread, "\(shown), \(value) of \(scale)")
                        #expect(cells[index].compact.filter(\.isNumber).count <= 12, "\(cells[index].compact)")
                    }
                }
                #expect((confidence == nil) == (label != "c"))
            }
        }
    }

    @Test("what can't be drawn is a problem")
    func refused() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained(["history": ["last": 2]])
            for (query, status, code, field) in [
                ("size=1", 422, "invalid_option", "size"), ("size=129", 422, "invalid_option", "size"),
                ("size=x", 422, "invalid_option", "size"), ("points=501", 422, "invalid_option", "points"),
                ("points=-1", 422, "invalid_option", "points"), ("epoch=first", 422, "invalid_option", "epoch"),
                ("colour=red", 422, "unknown_option", "colour"), ("epoch=11", 404, "epoch_not_found", "epoch"),
                ("epoch=5", 404, "epoch_not_found", "epoch"),
            ] {
                try expectProblem(await counter.get("/train/1/boundary?\(query)"), status, code, field: field)
            }
            // What history has thinned out is answered as by /params.
            let (one, other) = (
                await counter.get("/train/1/boundary?epoch=5"), await counter.get("/params?run=1&epoch=5")
            )
            #expect(one.text == other.text)
            try expectProblem(await counter.get("/train/9/boundary"), 404, "run_not_found", field: "run")
            try expectProblem(await counter.post("/train/1/boundary", ""), 405, "method_not_allowed")
            _ = await counter.post("/train", "")
            try expectProblem(await counter.get("/train/2/boundary"), 409, "run_not_ready", field: "run", hasHint: true)
            try await counter.script(
                "CREATE TABLE t AS SELECT i AS a, i * i % 7 AS b, i % 5 AS c, i % 2 AS y FROM generate_series(1, 30) AS i"
            )
            let three = try await counter.trained(["source": ["table": "t"], "label": "y"])
            try expectProblem(
                await counter.get("/train/\(three.id)/boundary"),
                422,
                "not_two_inputs",
                field: "run",
                detail: "learned from 3 features, \"a\", \"b\", \"c\"",
                hasHint: true
            )
        }
    }
}
