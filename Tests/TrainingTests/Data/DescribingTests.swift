import Postgres
import Testing

@testable import Training

@Suite struct DescribingTests {
    @Test func everyColumnIsExplained() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE TABLE t (id int PRIMARY KEY, age int, plan text, token text, born date, flag boolean, scores int[],
                                ragged int[], blob json, same real, w numeric, y text);
                INSERT INTO t SELECT i, nullif(i % 30, 3), (ARRAY['a', 'b', 'b'])[i % 3 + 1], md5(i::text),
                    date '2020-01-01' + i, i % 2 = 0, ARRAY[i, 2], array_fill(1, ARRAY[i % 2 + 1]), '{}', 1.5,
                    CASE WHEN i = 1 THEN 'NaN' ELSE i::numeric END, (ARRAY['no', 'yes'])[i % 2 + 1]
                FROM generate_series(1, 90) AS i
                """
            )
            let found = try await desk.service.describe("t", label: "y")
            #expect(found.table == "public.t" && found.rows == 90)
            let columns = Dictionary(uniqueKeysWithValues: found.columns.map { ($0.name, $0) })
            let expected: [(String, TableDescription.Role, String)] = [
                ("id", .leftOut, "primary key"), ("age", .number, "its NULLs need nulls skip or mean"),
                ("plan", .category, "2 inputs, one per category"), ("token", .leftOut, "90 distinct values"),
                ("born", .number, "days since 1970"), ("flag", .number, "0 or 1"), ("scores", .array, "2 inputs"),
                ("ragged", .leftOut, "differ in length"), ("blob", .leftOut, "type json"),
                ("same", .leftOut, "the same in every row"), ("w", .number, "1 values are not finite"),
                ("y", .label, "label of 2 classes"),
            ]
            #expect(found.columns.map(\.name) == expected.map(\.0))
            for (name, role, says) in expected {
                let column = try #require(columns[name])
                #expect(column.role == role, "\(name): \(column.use)")
                #expect(column.use.contains(says), "\(name): \(column.use)")
            }
            #expect(columns["age"]?.nulls == 3)
            #expect(columns["age"]?.minimum == "0" && columns["age"]?.maximum == "29")
            #expect(columns["plan"]?.values.map { "\($0.value) \($0.rows)" } == ["b 60", "a 30"])
            #expect(columns["blob"]?.distinct == nil)
            // Training does what was said.
            let run = try await desk.train([
                "source": ["table": "t"], "label": "y", "nulls": "skip", "max_iter": 1,
                "columns": ["ragged": ["type": "ignore"], "w": ["type": "ignore"]],
            ])
            #expect(run.features == ["age", "plan", "born", "flag", "scores"], "\(run.error?.compact ?? "")")
            await #expect(throws: TrainingError.self) { try await desk.service.describe("nowhere", label: nil) }
            await #expect(throws: TrainingError.self) { try await desk.service.describe("t", label: "z") }
        }
    }

    @Test func anEmptyTable() async throws {
        try await Desk.open { desk in
            try await desk.script("CREATE TABLE empty (x float8, v float4[], t text)")
            let found = try await desk.service.describe("empty", label: "x")
            #expect(found.rows == 0)
            #expect(found.columns.map(\.distinct) == [0, 0, 0])
        }
    }
}
