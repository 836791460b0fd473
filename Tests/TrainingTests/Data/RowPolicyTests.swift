import JSONTree
import Postgres
import Testing

@testable import Training

/// Rows in which something is missing, rows that count differently.
@Suite struct RowPolicyTests {
    private static func body(_ table: String, _ options: JSON = [:]) -> JSON {
        let small: JSON = [
            "source": ["table": .string(table)], "label": "y", "hidden_layer_sizes": [2], "max_iter": 3, "seed": 1,
            "batch_size": "full", "solver": "sgd", "learning_rate_init": 0.1, "tol": 0,
        ]
        return small.with(options)
    }

    private static let holes = """
        CREATE TABLE holes AS
        SELECT nullif(i % 10, 3)::float8 AS x, nullif((ARRAY['a', 'b', 'c'])[i % 3 + 1], 'c') AS c,
               nullif(i % 4, 3) % 2 AS y
        FROM generate_series(1, 120) AS i
        """

    /// NULLs are counted column by column only where there are some; an array's elements count.
    @Test func missingValuesAreNamed() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE TABLE gaps AS
                SELECT nullif(i, 3)::float8 AS weight, ARRAY[i, nullif(i % 5, 2)]::float8[] AS sizes,
                       i % 2 AS y, i AS whole
                FROM generate_series(1, 100) AS i
                """
            )
            let run = try await desk.train(Self.body("gaps"))
            let message = run.error?["message"]?.stringValue ?? ""
            #expect(run.error?["code"] == "null_values")
            #expect(message.contains("100 rows") && message.contains("1 in \"weight\", 20 in \"sizes\""), "\(message)")
            #expect(!message.contains("whole") && !message.contains("\"y\""), "\(message)")
        }
    }

    @Test func rowsAreSkipped() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.holes)
            let run = try await desk.train(Self.body("holes", ["nulls": "skip"]))
            let whole = try await desk.query(
                "SELECT count(*) AS n FROM holes WHERE x + y IS NOT NULL AND c IS NOT NULL"
            )
            #expect(run.rows == (try whole[0].decode(Int.self, "n")))
            #expect(run.layerSizes?.first == 3)
            // A row with a hole has no prediction.
            await #expect(throws: TrainingError.self) {
                try await desk.service.predict(run.id, epoch: .last, rows: [["x": .null, "c": "a"]])
            }
        }
    }

    @Test func holesAreFilled() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.holes)
            let run = try await desk.train(Self.body("holes", ["nulls": "mean", "class_weight": ["0": 2.5]]))
            #expect(run.rows == 90)
            let encodings = try DatasetFacts(of: run).encodings
            let mean = try await desk.query("SELECT avg(x) AS m FROM holes WHERE y IS NOT NULL")[0].decode(
                Double.self,
                "m"
            )
            guard case .number(let scaling) = encodings[0].content else {
                Issue.record("\(encodings[0])")
                return
            }
            #expect(difference([scaling.fill ?? .nan, scaling.mean], [mean, mean]) < 1e-12)
            #expect(encodings[1].content == .category(["a", "b"], hasOther: true))
            let reference = try await Reference.of(run, on: desk, epochs: 3)
            #expect(difference(try await desk.service.parameters(run.id, .last).weights, reference.weights[3]) < 1e-9)
            // What is missing is what is not known, and the mean.
            let rows: [JSON] = [[:], ["x": .null, "c": "z"], ["x": .number(mean)]]
            let (_, predictions) = try await desk.service.predict(run.id, epoch: .last, rows: rows)
            #expect(predictions[0] == predictions[1])
            #expect(predictions[0] == predictions[2])
        }
    }

    /// A row of weight 3 is three rows; one of weight 0 is none.
    @Test func weightsAreRepetitions() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE TABLE weighted AS
                SELECT sin(i) AS a, cos(i * 3) AS b, i % 2 AS y, (i % 4)::int AS w FROM generate_series(1, 60) AS i;
                CREATE TABLE repeated AS SELECT a, b, y FROM weighted CROSS JOIN generate_series(1, w);
                """
            )
            let options: JSON = ["standardize": false, "l2_reg": 1e-3]
            let weighted = try await desk.train(Self.body("weighted", options.with(["weight_column": "w"])))
            let repeated = try await desk.train(Self.body("repeated", options))
            #expect(weighted.features == ["a", "b"])
            #expect(weighted.rows == 45)
            let (one, other) = (
                try await desk.service.parameters(weighted.id, .last).weights,
                try await desk.service.parameters(repeated.id, .last).weights
            )
            #expect(difference(one, other) < 1e-12)
            #expect(abs(try #require(weighted.loss) - #require(repeated.loss)) < 1e-12)
        }
    }

    @Test func balancedClassesCountTheSame() async throws {
        try await Desk.open { desk in
            try await desk.script(
                "CREATE TABLE t AS SELECT i::float8 AS x, i % 10 = 0 AS y FROM generate_series(1, 100) AS i"
            )
            let run = try await desk.train(Self.body("t", ["class_weight": "balanced"]))
            #expect(run.classCounts == [90, 10])
            #expect(run.classWeights.map { difference($0, [100.0 / 180, 100.0 / 20]) < 1e-12 } == true)
            let refusal = try await desk.refusal(of: Self.body("t", ["class_weight": ["maybe": 2]]))
            #expect(refusal.field == "class_weight")
            #expect(refusal.text.contains("its classes are false, true"), "\(refusal.text)")
        }
    }

    @Test func refusals() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE TABLE t AS SELECT i::float8 AS x, i % 2 AS y, i - 3 AS w, 'a' AS t, 0 AS nil
                FROM generate_series(1, 10) AS i
                """
            )
            let cases: [(JSON, TrainingError.Code, String, String)] = [
                (["weight_column": "w"], .invalidOption, "weight_column", "go from -2.0 to 7.0"),
                (["weight_column": "t"], .unsupportedColumn, "weight_column", "type text"),
                (["weight_column": "v"], .unknownColumn, "weight_column", "\"w\""),
                (["weight_column": "y"], .invalidOption, "weight_column", "label"),
                (["weight_column": "nil"], .emptyTable, "source", "no rows"),
                (["features": ["x", "w"], "weight_column": "w"], .invalidOption, "features", "another part"),
            ]
            for (options, code, field, says) in cases {
                let refusal = try await desk.refusal(of: Self.body("t", options))
                #expect(refusal.code == code.rawValue, "\(options.compact): \(refusal.text)")
                #expect(refusal.field == field, "\(options.compact): \(refusal.text)")
                #expect(refusal.text.contains(says), "\(options.compact): \(refusal.text)")
            }
        }
    }
}
