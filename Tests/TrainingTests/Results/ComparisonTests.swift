import JSONTree
import Testing

@testable import Training

/// Runs side by side, and in order of how good they are.
@Suite struct ComparisonTests {
    private static let body: JSON = ["source": ["example": "article", "rows": 200], "max_iter": 5]

    @Test func optionsAndResults() async throws {
        try await Desk.open { desk in
            let one = try await desk.train(Self.body.with(["tags": ["a"], "name": "one"]))
            let two = try await desk.train(
                Self.body.with(["max_iter": 7, "solver": "adam", "hidden_layer_sizes": [3]])
            )
            let comparison = try await desk.service.compare([two.id, one.id])
            #expect(comparison.runs == [two.id, one.id])
            func option(_ name: String) -> RunComparison.Line? { comparison.options.first { $0.name == name } }
            #expect(option("max_iter") == .init(name: "max_iter", values: [7, 5]))
            #expect(option("momentum") == .init(name: "momentum", values: [.null, 0]))
            #expect(option("seed")?.differs == false)
            #expect(option("tags") == nil)
            let results = Dictionary(uniqueKeysWithValues: comparison.results.map { ($0.name, $0.values) })
            #expect(results["name"] == [.null, "one"])
            #expect(results["tags"] == [.null, ["a"]])
            #expect(results["epochs"] == [7, 5])
            #expect(results["loss"] == [.finite(two.loss), .finite(one.loss)])
            #expect(results["accuracy"] == [.finite(two.accuracy), .finite(one.accuracy)])
            #expect(results["parameters"] == [17, 12])
            #expect(results["rows"] == [200, 200])
            #expect(results["r2"] == nil)
            #expect(results["validation_loss"] == nil)
            try await desk.script(
                "INSERT INTO pgradient.metrics (run_id, epoch, split, loss, accuracy) VALUES (1, 4, 'validation', 0.5, 0.75), (1, 5, 'validation', 0.4, 0.8)"
            )
            let again = try await desk.service.compare([one.id, two.id])
            let validation = again.results.filter { $0.name.hasPrefix("validation") }
            #expect(
                validation == [
                    .init(name: "validation_loss", values: [0.4, .null]),
                    .init(name: "validation_accuracy", values: [0.8, .null]),
                ]
            )
            let missing = await #expect(throws: TrainingError.self) { try await desk.service.compare([1, 9]) }
            #expect(missing?.code == .runNotFound)
        }
    }

    /// Places go to the best epoch, not to the last, within the same source, label and task.
    @Test func theLeaderboard() async throws {
        try await Desk.open { desk in
            for options in [[:], ["max_iter": 40], ["label": "x1", "max_iter": 3], ["tags": ["t"], "max_iter": 20]]
                as [JSON]
            {
                _ = try await desk.train(Self.body.with(options))
            }
            _ = try await desk.service.submit(Self.body)
            let all = try await desk.service.leaderboard(limit: 10)
            #expect(all.map(\.run) == [2, 4, 1, 3])
            #expect(all.map(\.rank) == [1, 2, 3, 1])
            #expect(all.map(\.task) == [.classification, .classification, .classification, .regression])
            #expect(all.allSatisfy { $0.split == "train" && $0.source == "example article" && $0.seconds > 0 })
            for standing in all {
                let metrics = try await desk.metrics(standing.run)
                let best = try #require(metrics.first { $0.epoch == standing.bestEpoch })
                #expect(best.loss == standing.loss)
                #expect((best.accuracy ?? best.r2) == metrics.compactMap { $0.accuracy ?? $0.r2 }.max())
            }
            #expect(try await desk.service.leaderboard(tag: "t", limit: 10).map(\.run) == [4])
            #expect(try await desk.service.leaderboard(limit: 1).map(\.run) == [2])

            // What was held out counts, even if it looks worse, and comes before what was not.
            try await desk.script(
                """
                INSERT INTO pgradient.metrics (run_id, epoch, split, loss, accuracy)
                VALUES (1, 2, 'validation', 0.5, 0.6), (1, 3, 'validation', 0.4, 0.6), (1, 4, 'validation', 0.6, 0.55)
                """
            )
            let held = try await desk.service.leaderboard(limit: 10)
            #expect(held.map(\.run) == [1, 2, 4, 3])
            #expect(held[0].split == "validation")
            #expect(held[0].bestEpoch == 3)
            #expect(held[0].accuracy == 0.6)
            #expect(held[0].rank == 1)
        }
    }

    /// A run that never measured anything has no place; one that was cancelled has.
    @Test func whoHasAPlace() async throws {
        try await Desk.open { desk in
            try await desk.script(
                "CREATE TABLE bad AS SELECT i::float8 AS a, NULL::int AS y FROM generate_series(1, 9) AS i"
            )
            _ = try await desk.train(["source": ["table": "bad"], "label": "y"])
            try await Bench.open(Self.body, on: desk) { bench in for _ in 0..<2 { try await bench.advance() } }
            try await desk.expire(2)
            _ = try await desk.service.cancel(2)
            let all = try await desk.service.leaderboard(limit: 10)
            #expect(all.map(\.run) == [2])
            #expect(all[0].state == "cancelled")
        }
    }
}
