import JSONTree
import Postgres
import TestSupport
import Testing

@testable import Training

/// Everything that rows to learn from can be called, be stored in and be typed as.
@Suite struct AcceptedDataTests {
    private static let small: JSON = ["hidden_layer_sizes": [2], "max_iter": 2, "seed": 1]

    private static func body(_ table: String, label: String, _ options: JSON = [:]) -> JSON {
        small.with(["source": ["table": .string(table)], "label": .string(label)]).with(options)
    }

    @Test func namesOfAnyKind() async throws {
        let long = String(repeating: "ä", count: 31) + "z"
        #expect(long.utf8.count == 63)
        try await Desk.open { desk in
            for name in [#"se"lect"; drop table x; --"#, "ünï  cødé 🐘", long, "select", "A.b", "1", "$1", "%s\\n'"] {
                let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
                try await desk.script(
                    """
                    DROP TABLE IF EXISTS \(quoted);
                    CREATE TABLE \(quoted) AS
                    SELECT i::float8 AS \(quoted), i % 2 AS "la""bel" FROM generate_series(1, 20) AS i
                    """
                )
                let run = try await desk.train(Self.body(quoted, label: #"la"bel"#))
                #expect(run.state == .succeeded, "\(name): \(run.error?.compact ?? "")")
                #expect(run.features == [name])
                #expect(run.label == #"la"bel"#)
                let row = JSON.object([name: 3])
                let (_, predictions) = try await desk.service.predict(run.id, epoch: .last, rows: [row])
                #expect(predictions.count == 1)
            }
        }
    }

    @Test func relationsOfAnyKind() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE TABLE plain AS SELECT i::float8 AS x, i % 2 AS y FROM generate_series(1, 40) AS i;
                CREATE VIEW seen AS SELECT * FROM plain WHERE x <= 30;
                CREATE MATERIALIZED VIEW stored AS SELECT * FROM plain;
                CREATE TABLE parted (x float8, y int) PARTITION BY LIST (y);
                CREATE TABLE parted_0 PARTITION OF parted FOR VALUES IN (0);
                CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
                INSERT INTO parted SELECT * FROM plain;
                CREATE TABLE dropped (gone text, x float8, y int);
                INSERT INTO dropped SELECT 'a', x, y FROM plain;
                ALTER TABLE dropped DROP COLUMN gone;
                CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
                CREATE FOREIGN TABLE far (x float8, y int) SERVER files
                    OPTIONS (program 'printf "1 0\\n2 1\\n3 0\\n4 1\\n"', delimiter ' ');
                """
            )
            let relations = [
                ("plain", 40), ("public.plain", 40), ("seen", 30), ("stored", 40), ("parted", 40), ("dropped", 40),
                ("far", 4),
            ]
            for (name, rows) in relations {
                let run = try await desk.train(Self.body(name, label: "y"))
                #expect(run.state == .succeeded, "\(name): \(run.error?.compact ?? "")")
                #expect(run.rows == rows, "\(name)")
                #expect(run.features == ["x"], "\(name)")
            }
        }
    }

    @Test func featuresOfAnyNumericType() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE DOMAIN percent AS numeric CHECK (value <= 100);
                CREATE TABLE numbers AS
                SELECT i::int2 AS a, i::int4 * 1000000 AS b, i::int8 << 40 AS c, i::float4 / 7 AS d, i::float8 / 7 AS e,
                       i::numeric / 7 AS f, i::percent AS g, i % 2 AS y
                FROM generate_series(1, 30) AS i
                """
            )
            let run = try await desk.train(Self.body("numbers", label: "y"))
            #expect(run.features == ["a", "b", "c", "d", "e", "f", "g"])
            let rows = try await NetworkRows.of(run, on: desk)
            // All of them count up evenly, so after standardizing they are one and the same.
            for row in 0..<30 {
                let values = Array(rows.features[row * 7..<row * 7 + 7])
                #expect(difference(values, Array(repeating: values[0], count: 7)) < 1e-6)
            }
        }
    }

    @Test func standardizedAsPlainSwiftWould() async throws {
        try await Desk.open { desk in
            try await desk.script(
                "CREATE TABLE t AS SELECT sin(i) * 1e6 + 3 AS x, i % 3 AS y FROM generate_series(1, 100) AS i"
            )
            let run = try await desk.train(Self.body("t", label: "y"))
            let raw = try await desk.query("SELECT x FROM t").decode(Double.self, "x")
            let mean = raw.reduce(0, +) / 100
            let deviation = (raw.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100).squareRoot()
            let scaling = try #require(DatasetFacts(of: run).scalings.first)
            #expect(difference([scaling.mean, scaling.scale], [mean, deviation]) < 1e-12)
            let rows = try await NetworkRows.of(run, on: desk)
            #expect(difference(rows.features, raw.map { ($0 - mean) / deviation }) < 1e-12)

            let plain = try await desk.train(Self.body("t", label: "y", ["standardize": false]))
            #expect(try DatasetFacts(of: plain).scalings == [.init(mean: 0, scale: 1)])
            #expect(try await NetworkRows.of(plain, on: desk).features == raw)
        }
    }

    /// Sums of 0.1 are not exact, so its mean is not 0.1 and its deviation not 0.
    @Test func aConstantColumnIsLeftOut() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE TABLE t AS
                SELECT 0.1::float8 AS c, 1e15 / 3 AS d, i::float8 AS x, i % 2 AS y, 0.1::float8 AS z
                FROM generate_series(1, 1000) AS i
                """
            )
            let run = try await desk.train(Self.body("t", label: "y", ["features": ["c", "d", "x"]]))
            #expect(run.state == .succeeded)
            #expect(run.features == ["x"])
            #expect(run.notices.count == 2)
            #expect(run.notices.first?.contains("\"c\" is left out: it is the same in every row") == true)
            // As a label it leaves nothing to explain: there is no R², not a wild one.
            let flat = try await desk.train(Self.body("t", label: "z", ["features": ["x"]]))
            #expect(flat.state == .succeeded)
            #expect(flat.labelVariance == 0)
            #expect(flat.r2 == nil)
        }
    }

    @Test func regressionOnANumber() async throws {
        try await Desk.open { desk in
            try await desk.script(
                "CREATE TABLE t AS SELECT i::float8 AS x, sin(i / 10.0) AS y, i % 7 AS n FROM generate_series(1, 60) AS i"
            )
            let options: JSON = [
                "features": ["x"], "hidden_layer_sizes": [8], "activation": "tanh", "max_iter": 60,
                "learning_rate_init": 0.05, "tol": 0,
            ]
            let run = try await desk.train(Self.body("t", label: "y", options))
            #expect(run.task == .regression)
            #expect(run.state == .succeeded)
            #expect(run.classes == nil)
            let r2 = try await desk.metrics(run.id).map { try #require($0.r2) }
            #expect(r2.count == 61)
            #expect(r2[60] > r2[0] + 0.3, "from \(r2[0]) to \(r2[60])")
            #expect(run.r2 == r2[60])
            #expect(run.accuracy == nil)
            // Integers are classes unless said otherwise.
            let asked = try await desk.train(Self.body("t", label: "n", ["features": ["x"], "task": "regression"]))
            #expect(asked.task == .regression)
            let classes = try await desk.train(Self.body("t", label: "n", ["features": ["x"]]))
            #expect(classes.classes?.count == 7)
        }
    }
}
