import JSONTree
import Testing

@testable import Training

/// A run that begins with the parameters of another one.
@Suite struct WarmStartTests {
    private static let tables = """
        CREATE TABLE old AS SELECT sin(i) AS a, cos(i * 3) * 7 AS b, (sin(i) > 0.3)::int AS y FROM generate_series(1, 200) AS i;
        CREATE TABLE new AS SELECT 5 + sin(i) AS a, cos(i) AS b, (sin(i) > 0.3)::int AS y FROM generate_series(1, 150) AS i
        """
    private static let body: JSON = [
        "source": ["table": "old"], "label": "y", "hidden_layer_sizes": [4, 3], "max_iter": 6, "seed": 1, "tol": 0,
        "batch_size": "full",
    ]

    @Test func itBeginsWhereTheOtherEnded() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.tables)
            let first = try await desk.train(Self.body)
            let warm = try await desk.train(Self.body.with(["warm_start": .integer(first.id), "seed": 2]))
            #expect(warm.state == .succeeded, "\(warm.error?.compact ?? "")")
            #expect(warm.warmStartEpoch == 6)
            #expect(warm.spec["warm_start"]?.intValue == first.id)
            #expect(try TrainingRequest(warm.spec).warmStart == first.id)
            #expect(try await desk.weights(warm.id)[0] == desk.weights(first.id)[6])
            // The same rows, scaled the same, and so the same loss.
            #expect(try await desk.metrics(warm.id)[0].loss == first.loss)
        }
    }

    /// Other rows have other means; those of the first run stay, so that its first layer means the same.
    @Test func theScalingIsCarriedOver() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.tables)
            let first = try await desk.train(Self.body)
            let options: JSON = ["warm_start": .integer(first.id), "source": ["table": "new"]]
            let warm = try await desk.train(Self.body.with(options))
            #expect(warm.state == .succeeded, "\(warm.error?.compact ?? "")")
            #expect(warm.rows == 150)
            #expect(warm.encodings == first.encodings)
            let cold = try await desk.train(Self.body.with(["source": ["table": "new"]]))
            #expect(cold.encodings != first.encodings)
            let rows: [JSON] = [["a": 0.25, "b": 3], ["a": 5.5, "b": -1]]
            let (_, before) = try await desk.service.predict(first.id, epoch: .last, rows: rows)
            let (_, after) = try await desk.service.predict(warm.id, epoch: .number(0), rows: rows)
            #expect(before == after)
        }
    }

    /// What differs, the field at fault, and how it is said.
    static let differences: [(options: JSON, field: String, says: String)] = [
        (["hidden_layer_sizes": [4]], "hidden_layer_sizes", "run 1 has hidden layers [4, 3], this one [4]"),
        (["activation": "tanh"], "activation", "run 1 has activations [relu, relu], this one [tanh, tanh]"),
        (["features": ["b", "a"]], "features", "run 1 has features [a, b], this one [b, a]"),
        (["features": ["a"]], "features", "run 1 has features [a, b], this one [a]"),
        (["task": "regression"], "task", "run 1 has task classification, this one regression"),
        (["loss": "logistic"], "loss", "run 1 has loss cross_entropy, this one logistic"),
        (["standardize": false], "standardize", "run 1 has standardize true, this one false"),
    ]

    @Test(arguments: differences)
    func anotherNetworkIsRefused(_ wrong: (options: JSON, field: String, says: String)) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.tables)
            _ = try await desk.train(Self.body)
            let refusal = try await desk.refusal(of: Self.body.with(["warm_start": 1]).with(wrong.options))
            #expect(refusal.code == "irrelevant_option")
            #expect(refusal.field == wrong.field)
            #expect(refusal.text.contains(wrong.says), "\(refusal.text)")
            #expect(refusal.run == nil, "told at once, before a run is stored")
        }
    }

    /// They are known when the rows have been read.
    @Test func otherClassesAreRefused() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.tables + "; UPDATE new SET y = 7 WHERE y = 1")
            _ = try await desk.train(Self.body)
            let refusal = try await desk.refusal(of: Self.body.with(["warm_start": 1, "source": ["table": "new"]]))
            #expect(refusal.code == "irrelevant_option")
            #expect(refusal.field == "label")
            #expect(refusal.message.contains("run 1 has classes [0,1], this one [0,7]"), "\(refusal.text)")
        }
    }

    @Test func aRunWithoutParametersOrAtWorkIsRefused() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.tables)
            let missing = try await desk.refusal(of: Self.body.with(["warm_start": 9]))
            #expect(missing.code == "run_not_found")
            #expect(missing.field == "warm_start")
            #expect(missing.message.contains("no run 9"))
            let queued = try await desk.service.submit(Self.body)
            let early = try await desk.refusal(of: Self.body.with(["warm_start": .integer(queued.id)]))
            #expect(early.code == "run_not_ready")
            #expect(early.message.contains("is queued and has no parameters"), "\(early.text)")
            try await Bench.open(Self.body, on: desk) { bench in
                try await bench.advance()
                let busy = try await desk.service.run(bench.run.id)
                #expect(busy.state == .running)
                let error = await #expect(throws: TrainingError.self) {
                    try await desk.service.submit(Self.body.with(["warm_start": .integer(busy.id)]))
                }
                #expect(error?.code == .runNotReady)
                #expect(error?.message.contains("about to change") == true)
            }
        }
    }

    /// The way on from a run that diverged: its last parameters are sound.
    @Test func aDivergedRunMayBeBegunWith() async throws {
        try await Desk.open { desk in
            let body: JSON = ["source": ["example": "article", "rows": 100], "label": "x1", "max_iter": 200]
            let wild = try await desk.train(body.with(["learning_rate_init": 1e6]))
            #expect(wild.state == .diverged)
            let calm = try await desk.train(
                body.with(["learning_rate_init": 1e-100, "warm_start": .integer(wild.id), "max_iter": 1])
            )
            #expect(calm.warmStartEpoch == wild.epoch)
            #expect(try await desk.weights(calm.id)[0] == desk.weights(wild.id)[wild.epoch])
        }
    }
}
