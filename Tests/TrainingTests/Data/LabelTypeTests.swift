import JSONTree
import Postgres
import SQLText
import Testing

@testable import Training

/// Labels of every type that has classes.
@Suite struct LabelTypeTests {
    /// Classes are counted with the categories where there are some.
    @Test(arguments: [["x"], ["x", "color"]])
    func areClassesInADefiniteOrder(_ features: [String]) async throws {
        try await Desk.open { desk in
            try await desk.script(
                #"""
                CREATE EXTENSION citext;
                CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
                CREATE TYPE size AS ENUM ('small', 'medium', 'large');
                CREATE DOMAIN grade AS int CHECK (value > 0);
                CREATE DOMAIN good_grade AS grade;
                CREATE DOMAIN some_size AS size;
                CREATE TABLE labels AS
                SELECT i::float8 AS x, i % 2 = 0 AS flag, (i % 3)::int2 - 1 AS tiny,
                       (ARRAY['red', 'green'])[i % 2 + 1] AS color, (ARRAY[10, 9, -1])[i % 3 + 1] AS spread, 5000000000 + i % 2 AS big,
                       (ARRAY['10', '9', 'x"y\z''é'])[i % 3 + 1] AS word,
                       (ARRAY['a', 'b'])[i % 2 + 1]::varchar(5) AS vary, (ARRAY['a', 'b'])[i % 2 + 1]::char(5) AS padded,
                       (ARRAY['small', 'medium', 'large'])[i % 3 + 1]::size AS size,
                       (ARRAY['small', 'medium', 'large'])[i % 3 + 1]::some_size AS domain_size,
                       (i % 2 + 1)::good_grade AS grade, (ARRAY['a', 'A', 'b'])[i % 3 + 1]::citext AS loose,
                       (ARRAY['a', 'A', 'b'])[i % 3 + 1] COLLATE caseless AS caseless
                FROM generate_series(1, 30) AS i
                """#
            )
            let expected: [(String, [JSON])] = [
                ("flag", [false, true]),
                ("tiny", [-1, 0, 1]),
                ("spread", [-1, 9, 10]),
                ("big", [5_000_000_000, 5_000_000_001]),
                ("word", ["10", "9", #"x"y\z'é"#]),
                ("vary", ["a", "b"]),
                ("padded", ["a", "b"]),
                ("size", ["small", "medium", "large"]),
                ("domain_size", ["small", "medium", "large"]),
                ("grade", [1, 2]),
                // Text that PostgreSQL calls equal is still told apart: one way to read a class, whatever the collation.
                ("loose", ["A", "a", "b"]),
                ("caseless", ["A", "a", "b"]),
            ]
            for (label, classes) in expected {
                let run = try await desk.train([
                    "source": ["table": "labels"], "features": .array(features.map(JSON.string)),
                    "label": .string(label),
                    "hidden_layer_sizes": [2], "max_iter": 2,
                ])
                #expect(run.state == .succeeded, "\(label): \(run.error?.compact ?? "")")
                #expect(run.classes == classes, "\(label)")
                let rows = try await NetworkRows.of(run, on: desk)
                let texts = try await desk.query(
                    "SELECT \(unsafeRaw: label)::text AS class FROM labels"
                ).decode(String.self, "class")
                let names = classes.map { $0.stringValue ?? $0.compact }
                #expect(rows.labels.map { names[Int($0)] } == texts, "\(label)")
            }
        }
    }
}
