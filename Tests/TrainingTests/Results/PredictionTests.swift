import JSONTree
import Networks
import Postgres
import Testing

@testable import Training

/// Predictions in the database against the interpreter, and rows that can't be predicted for.
@Suite struct PredictionTests {
    private static let table = """
        CREATE TABLE points AS
        SELECT sin(i) * 3 AS a, cos(i * 3) * 7 + 2 AS b, (ARRAY['u', 'v', 'w'])[i % 3 + 1] AS c, sin(i) - cos(i * 3) AS r,
               i % 2 = 0 AS f, i % 4 - 1 AS n
        FROM generate_series(1, 80) AS i
        """

    private static func body(_ label: String) -> JSON {
        [
            "source": ["table": "points"], "features": ["a", "b"], "label": .string(label), "max_iter": 5,
            "hidden_layer_sizes": [4], "activation": "tanh", "seed": 2,
        ]
    }

    private static let rows: [JSON] = [
        ["a": 0.3, "b": -1], ["b": 1e6, "a": -1e6], ["a": 0, "b": 0], ["a": 1e-300, "b": 1e100], ["a": 2, "b": 2.0],
    ]

    /// What the interpreter says for the rows.
    private static func interpreted(_ run: Run, _ parameters: Parameters) throws -> [[Double]] {
        let request = try TrainingRequest(run.spec)
        let step = try TrainingStep(
            request.network(
                task: run.task,
                layerSizes: parameters.layerSizes,
                columns: nil,
                iterationsPerEpoch: 1
            )
        )
        let scalings = try DatasetFacts(of: run).scalings
        let features = rows.flatMap { row in
            run.features.enumerated().map { index, name in
                ((row[name]?.doubleValue ?? .nan) - scalings[index].mean) / scalings[index].scale
            }
        }
        let training = ReferenceTraining(step: step, weights: parameters.weights)
        let labels = [Double](repeating: 0, count: rows.count)
        let values = training.evaluate([step.perRow.prediction], features: features, labels: labels)[0].values
        let width = values.count / rows.count
        return rows.indices.map { Array(values[$0 * width..<($0 + 1) * width]) }
    }

    @Test(arguments: [("c", ["u", "v", "w"]), ("f", [false, true]), ("n", [-1, 0, 1, 2])] as [(String, [JSON])])
    func classes(_ label: String, _ classes: [JSON]) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body(label))
            #expect(run.classes == classes)
            for epoch in [EpochChoice.last, .best, .number(0)] {
                let (parameters, predictions) = try await desk.service.predict(run.id, epoch: epoch, rows: Self.rows)
                let expected = try Self.interpreted(run, parameters)
                for (prediction, expected) in zip(predictions, expected) {
                    guard case .classification(let found, let probabilities) = prediction else {
                        Issue.record("\(prediction)")
                        continue
                    }
                    #expect(probabilities.map(\.label) == classes)
                    #expect(difference(probabilities.map(\.probability), expected) < 1e-12)
                    #expect(abs(probabilities.reduce(0) { $0 + $1.probability } - 1) < 1e-12)
                    let most = expected.indices.max { expected[$0] < expected[$1] }
                    #expect(found == most.map { classes[$0] })
                }
            }
        }
    }

    /// One output, and yet a probability for either class.
    @Test func twoClassesByOneLogit() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body("f").with(["loss": "logistic"]))
            let (parameters, predictions) = try await desk.service.predict(run.id, epoch: .last, rows: Self.rows)
            #expect(parameters.layerSizes == [2, 4, 1])
            for (prediction, expected) in zip(predictions, try Self.interpreted(run, parameters)) {
                guard case .classification(let found, let probabilities) = prediction else {
                    Issue.record("\(prediction)")
                    continue
                }
                #expect(difference(probabilities.map(\.probability), expected) < 1e-12)
                #expect(abs(expected[0] + expected[1] - 1) < 1e-12)
                #expect(found == [false, true][expected[1] > 0.5 ? 1 : 0])
            }
        }
    }

    @Test func numbers() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body("r"))
            let (parameters, predictions) = try await desk.service.predict(nil, epoch: .last, rows: Self.rows)
            #expect(parameters.epoch == 5)
            let expected = try Self.interpreted(run, parameters).map { Prediction.regression($0[0]) }
            for (found, wanted) in zip(predictions, expected) {
                guard case .regression(let found) = found, case .regression(let wanted) = wanted else {
                    Issue.record("\(found)")
                    continue
                }
                #expect(difference([found], [wanted]) < 1e-12)
            }
            #expect(try await desk.service.predict(run.id, epoch: .last, rows: []).1.isEmpty)
        }
    }

    /// The rows a run learned from are predicted as well as it said.
    @Test func asAccurateAsTheRunSays() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body("c").with(["max_iter": 30, "learning_rate_init": 0.1]))
            let source = try await desk.query("SELECT a, b, c FROM points")
            let rows = try source.map { JSON.object(["a": .number(try $0.get("a")), "b": .number(try $0.get("b"))]) }
            let (_, predictions) = try await desk.service.predict(run.id, epoch: .last, rows: rows)
            let labels = try source.decode(String.self, "c")
            let right = zip(predictions, labels).count { prediction, label in
                if case .classification(.string(label), _) = prediction { true } else { false }
            }
            #expect(Double(right) / 80 == run.accuracy)
        }
    }

    /// Where nobody named the features, a row of the source may come as it is: with its key, with what never varies.
    @Test func rowsOfTheSource() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE TABLE points (id int PRIMARY KEY, a float8, flat float8, n int);
                INSERT INTO points SELECT i, sin(i), 3, i % 2 FROM generate_series(1, 40) AS i
                """
            )
            let body: JSON = ["source": ["table": "points"], "label": "n", "max_iter": 1, "hidden_layer_sizes": [2]]
            let guessed = try await desk.train(body)
            let named = try await desk.train(body.with(["features": ["a"]]))
            #expect(guessed.features == ["a"])
            let whole: JSON = ["id": 1, "a": 0.5, "flat": 3, "n": 1]
            let bare: JSON = ["a": 0.5]
            let (_, predictions) = try await desk.service.predict(guessed.id, epoch: .last, rows: [whole, bare])
            #expect(predictions.count == 2 && predictions[0] == predictions[1])
            func refused(_ run: Run, _ row: JSON) async {
                let error = await #expect(throws: TrainingError.self) {
                    try await desk.service.predict(run.id, epoch: .last, rows: [row])
                }
                #expect(error?.code == .unknownOption)
            }
            await refused(guessed, whole.with(["flt": 3]))
            await refused(named, whole)
            try await desk.script("DROP TABLE points")
            await refused(guessed, whole)
            #expect(try await desk.service.predict(guessed.id, epoch: .last, rows: [bare]).1.count == 1)
        }
    }

    @Test func rowsThatCannotBeRead() async throws {
        try await Desk.shared { desk in
            let run = try await desk.train(["source": ["example": "article", "rows": 50], "max_iter": 1])
            let good: JSON = ["x1": 1, "x2": 2]
            let wrong: [([JSON], TrainingError.Code, String?, String)] = [
                ([good, ["x1": 1]], .missingOption, "rows[1].x2", "learned from x1, x2"),
                ([["x1": .null, "x2": 1]], .missingOption, "rows[0].x1", ""),
                ([["x1": "1", "x2": 1]], .invalidOption, "rows[0].x1", "must be a number"),
                ([["x1": true, "x2": 1]], .invalidOption, "rows[0].x1", "must be a number"),
                ([["x1": 1e101, "x2": 1]], .invalidOption, "rows[0].x1", "1e+100"),
                ([["x1": 1, "x2": 2, "x3": 3]], .unknownOption, "rows[0].x3", "did you mean"),
                ([good, 7], .invalidOption, "rows", "rows[1] is a number"),
                ([[1, 2]], .invalidOption, "rows", "rows[0] is an array"),
                (Array(repeating: good, count: 10_001), .invalidOption, "rows", "at most 10000"),
            ]
            for (rows, code, field, says) in wrong {
                let error = await #expect(throws: TrainingError.self) {
                    try await desk.service.predict(run.id, epoch: .last, rows: rows)
                }
                #expect(error?.code == code, "\(says)")
                #expect(error?.field == field)
                if !says.isEmpty { #expect(error?.description.contains(says) == true, "\(error?.description ?? "")") }
            }
            // A row copied from the table has its label with it.
            _ = try await desk.service.predict(run.id, epoch: .last, rows: [["x1": 1, "x2": 2, "y": 1]])
        }
    }

    @Test func asManyRowsAsAreTaken() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body("c"))
            let rows = [JSON](repeating: ["a": 1, "b": 2], count: 10_000)
            let (_, predictions) = try await desk.service.predict(run.id, epoch: .last, rows: rows)
            #expect(predictions.count == 10_000)
            #expect(Set(predictions).count == 1)
        }
    }
}
