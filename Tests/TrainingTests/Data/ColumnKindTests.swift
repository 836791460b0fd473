import JSONTree
import Networks
import Postgres
import Testing

@testable import Training

/// Columns that are no plain numbers: what the network makes of them, in training and in prediction.
@Suite struct ColumnKindTests {
    private static let table = """
        CREATE TYPE grade AS ENUM ('low', 'mid', 'top');
        CREATE TABLE people (
            id int PRIMARY KEY, age int, spend numeric, member boolean, born date, seen timestamp, zoned timestamptz,
            woken time, stay interval, plan text, level grade, code int2, scores float4[], note bytea, y text);
        INSERT INTO people
        SELECT i, 20 + i % 50, i * 1.5, i % 3 = 0, date '1980-01-01' + i * 37, timestamp '2024-01-01' + i * interval '7 hours',
               timestamptz '2024-01-01 00:00+00' + i * interval '5 hours', time '06:00' + i * interval '3 minutes',
               i * interval '90 minutes', (ARRAY['free', 'basic', 'pro', 'basic'])[i % 4 + 1],
               (ARRAY['low', 'mid', 'top'])[i % 3 + 1]::grade, i % 5, ARRAY[i, i * i, 7]::float4[], '\\x00',
               CASE WHEN i % 4 = 2 OR i % 3 = 0 THEN 'yes' ELSE 'no' END
        FROM generate_series(1, 120) AS i;
        """

    private static func body(_ options: JSON = [:]) -> JSON {
        (["source": ["table": "people"], "label": "y", "hidden_layer_sizes": [3], "max_iter": 3, "seed": 5] as JSON)
            .with(options)
    }

    @Test func everyKindIsRead() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body(["standardize": false]))
            #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
            #expect(
                run.features == [
                    "age", "spend", "member", "born", "seen", "zoned", "woken", "stay", "plan", "level", "code",
                    "scores",
                ]
            )
            #expect(run.notices.contains { $0.contains("\"id\"") && $0.contains("primary key") })
            #expect(run.notices.contains { $0.contains("\"note\"") && $0.contains("bytea") })
            // 9 numbers, 3 categories twice, 3 elements.
            #expect(run.layerSizes == [9 + 3 + 3 + 3, 3, 2])
            let rows = try await NetworkRows.of(run, on: desk)
            #expect(rows.features.count == 120 * 14)
            let raw = try await desk.query(
                """
                SELECT age::float8, spend::float8, member::int::float8 AS member, (born - date '1970-01-01')::float8 AS born,
                       extract(epoch FROM seen)::float8 AS seen, extract(epoch FROM zoned)::float8 AS zoned,
                       extract(epoch FROM woken)::float8 AS woken, extract(epoch FROM stay)::float8 AS stay,
                       array_position(ARRAY['basic', 'free', 'pro'], plan)::float8 - 1 AS plan,
                       array_position(ARRAY['low', 'mid', 'top'], level::text)::float8 - 1 AS level, code::float8,
                       scores[1]::float8 AS s1, scores[2]::float8 AS s2, scores[3]::float8 - 7 AS s3
                FROM people
                """
            )
            let names = [
                "age", "spend", "member", "born", "seen", "zoned", "woken", "stay", "plan", "level", "code", "s1", "s2",
            ]
            for (index, row) in raw.enumerated() {
                let expected = try names.map { try row.decode(Double.self, $0) }
                #expect(Array(rows.features[index * 14..<index * 14 + 13]) == expected, "row \(index + 1)")
            }
        }
    }

    /// Few combinations are counted in one pass and many column by column: either way the categories are the same.
    @Test func combinationsDoNotMatter() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE TABLE plans AS
                SELECT (ARRAY['b', 'a', 'c', 'b', NULL])[i % 5 + 1] AS plan, (ARRAY['x', 'y'])[i % 2 + 1] AS side,
                       'key ' || i AS id, i % 3 = 0 AS y FROM generate_series(1, 60) AS i
                """
            )
            func categories(_ features: JSON) async throws -> [FeatureEncoding.Content] {
                let run = try await desk.train([
                    "source": ["table": "plans"], "label": "y", "features": features, "nulls": "mean", "max_iter": 1,
                    "hidden_layer_sizes": [], "seed": 1, "columns": ["plan": ["max_categories": 2]],
                ])
                #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
                return try #require(run.encodings).map(\.content)
            }
            let few = try await categories(["plan", "side"])
            let many = try await categories(["plan", "side", "id"])
            #expect(few == [.category(["b", "a"], hasOther: true), .category(["x", "y"], hasOther: false)])
            #expect(Array(many.prefix(2)) == few)
        }
    }

    /// The database against the interpreter: one-hot inside the statement, every epoch.
    @Test(arguments: ["step", "block", "recursive", "window"])
    func trainsAsTheInterpreterDoes(shape: JSON) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let options: JSON = [
                "shape": shape, "batch_size": "full", "solver": "sgd", "learning_rate_init": 0.1, "tol": 0,
                "features": ["age", "plan", "level", "member", "scores"], "class_weight": "balanced",
            ]
            let run = try await desk.train(Self.body(options))
            #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
            let reference = try await Reference.of(run, on: desk, epochs: 3)
            let last = try await desk.service.parameters(run.id, .last)
            #expect(difference(last.weights, reference.weights[3]) < 1e-9)
        }
    }

    @Test func columnsOverridesTheGuess() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let columns: JSON = [
                "code": ["type": "categorical"], "id": ["type": "numeric"], "plan": ["type": "ignore"],
                "level": ["max_categories": 1], "member": ["type": "categorical"],
            ]
            let run = try await desk.train(Self.body(["columns": columns]))
            #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
            #expect(run.features.first == "id")
            #expect(!run.features.contains("plan"))
            let kinds = try DatasetFacts(of: run).encodings.reduce(into: [String: FeatureEncoding.Content]()) {
                $0[$1.feature.name] = $1.content
            }
            #expect(kinds["code"] == .category(["0", "1", "2", "3", "4"], hasOther: false))
            #expect(kinds["member"] == .category(["false", "true"], hasOther: false))
            #expect(kinds["level"] == .category(["low"], hasOther: true))
            #expect(run.notices.contains { $0.contains("\"level\": of 3 categories the 1 most frequent") })
        }
    }

    @Test func whatTellsRowsApartIsLeftOut() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE TABLE t AS SELECT md5(i::text) AS token, 'word ' || i % 70 AS word, i::float8 AS x, i % 2 AS y
                FROM generate_series(1, 1000) AS i
                """
            )
            let body: JSON = ["source": ["table": "t"], "label": "y", "hidden_layer_sizes": [], "max_iter": 1]
            let guessed = try await desk.train(body)
            #expect(guessed.features == ["word", "x"])
            #expect(guessed.layerSizes == [52, 2])
            #expect(
                guessed.notices.contains { $0.contains("\"token\" is left out: 1000 distinct values in 1000 rows") }
            )
            #expect(guessed.notices.contains { $0.contains("\"word\": of 70 categories the 50 most frequent") })
            let named = try await desk.train(body.with(["features": ["token", "x"]]))
            #expect(named.features == ["token", "x"])
            #expect(named.layerSizes == [52, 2])
        }
    }

    @Test func refusals() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            try await desk.script(
                """
                CREATE TABLE ragged AS SELECT CASE WHEN i % 2 = 0 THEN ARRAY[1.0, 2] ELSE ARRAY[1.0] END AS v, i % 2 AS y
                FROM generate_series(1, 10) AS i;
                CREATE TABLE hole AS SELECT ARRAY[i, NULL]::float8[] AS v, i % 2 AS y FROM generate_series(1, 10) AS i;
                CREATE TABLE flat AS SELECT 1.5 AS x, 'a' AS c, i % 2 AS y FROM generate_series(1, 10) AS i;
                CREATE TABLE never AS SELECT CASE WHEN i = 3 THEN 'infinity'::date ELSE 'today' END AS d, i % 2 AS y
                FROM generate_series(1, 10) AS i;
                """
            )
            func on(_ table: String, _ options: JSON = [:]) -> JSON {
                (["source": ["table": .string(table)], "label": "y", "max_iter": 1] as JSON).with(options)
            }
            let cases: [(JSON, TrainingError.Code, String?, String)] = [
                (on("ragged"), .unsupportedColumn, "features", "arrays of 1 to 2 elements"),
                (on("hole"), .nullValues, "nulls", "10 in \"v\""),
                (on("flat"), .unsupportedColumn, "features", "the same in every row"),
                (on("never"), .nonFiniteValues, nil, "1 in \"d\""),
                (
                    on("people", ["columns": ["spend": ["type": "categorical"]]]), .unsupportedColumn, "columns.spend",
                    "numeric"
                ),
                (on("people", ["columns": ["plan": ["type": "numeric"]]]), .unsupportedColumn, "columns.plan", "text"),
                (on("people", ["columns": ["plam": ["type": "ignore"]]]), .unknownColumn, "columns.plam", "\"plan\""),
                (on("people", ["columns": ["y": ["type": "ignore"]]]), .irrelevantOption, "columns.y", "is the label"),
                (
                    on("people", ["features": ["plan"], "columns": ["plan": ["type": "ignore"]]]), .invalidOption,
                    "columns.plan", "ignored"
                ),
                (
                    on("people", ["columns": ["age": ["max_categories": 3]]]), .irrelevantOption,
                    "columns.age.max_categories", "taken for numbers"
                ),
                (on("people", ["features": ["note"]]), .unsupportedColumn, "features", "bytea"),
            ]
            for (body, code, field, says) in cases {
                let refusal = try await desk.refusal(of: body)
                #expect(refusal.code == code.rawValue, "\(body.compact): \(refusal.text)")
                #expect(refusal.field == field, "\(body.compact): \(refusal.text)")
                #expect(refusal.text.contains(says), "\(body.compact): \(refusal.text)")
            }
        }
    }

    /// A category that training has not seen, and one for which there was no room.
    @Test func predictsForEveryKind() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body())
            let given: JSON = [
                "age": 30, "spend": 4.5, "member": true, "born": "1990-05-17", "seen": "2024-02-01 12:00",
                "zoned": "2024-02-01T12:00:00+02:00", "woken": "07:30", "stay": "2 hours", "plan": "pro",
                "level": "top",
                "code": 3, "scores": [1, 2, 7],
            ]
            let rows: [JSON] = [given, given.with(["plan": "nothing like it"])]
            let (_, predictions) = try await desk.service.predict(run.id, epoch: .last, rows: rows)
            #expect(predictions.count == 2 && predictions[0] != predictions[1])
            let wrong: [(JSON, String)] = [
                (["age": "30"], "rows[0].age must be a number"), (["member": 1], "true or false"),
                (["born": "someday"], "can't be read"), (["born": 7], "a string with a date"),
                (["scores": [1, 2]], "an array of 3 numbers"), (["plan": 1.5], "a category"),
                (["plan": .null], "rows[0] has no \"plan\""), (["shoe": 43], "no feature of run"),
            ]
            for (change, says) in wrong {
                let error = await #expect(throws: TrainingError.self, "\(change.compact)") {
                    try await desk.service.predict(run.id, epoch: .last, rows: [given.with(change)])
                }
                #expect(error?.message.contains(says) == true, "\(change.compact): \(error?.message ?? "")")
            }
        }
    }
}
