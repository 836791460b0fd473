import JSONTree
import Postgres
import Testing

@testable import Training

/// The `where` of a source.
@Suite struct ConditionTests {
    private static let table = """
        CREATE TABLE t AS
        SELECT i AS x, i % 2 AS y, (ARRAY['a', 'b''c', '100%'])[i % 3 + 1] AS "wo""rd", date '2024-01-01' + i AS d,
               i % 5 = 0 AS flag, nullif(i % 3, 0) AS hole FROM generate_series(1, 60) AS i
        """

    private static func body(_ conditions: JSON) -> JSON {
        [
            "source": ["table": "t", "where": conditions], "features": ["x"], "label": "y", "hidden_layer_sizes": [],
            "max_iter": 1,
        ]
    }

    static let accepted: [(JSON, String)] = [
        (["x": 7], "x = 7"), (["x": ["<": 40, ">=": 10]], "x < 40 AND x >= 10"),
        (["x": [1, 2, 3, 4]], "x IN (1,2,3,4)"),
        (["x": ["not_in": [1, 2]], "flag": true], "x NOT IN (1,2) AND flag"),
        ([#"wo"rd"#: "b'c"], #""wo""rd" = 'b''c'"#), ([#"wo"rd"#: ["like": "%0\\%"]], #""wo""rd" LIKE '%0\%'"#),
        (["d": [">": "2024-01-20"]], "d > '2024-01-20'"), (["hole": .null], "hole IS NULL"),
        (["hole": ["is_null": false, "!=": 2]], "hole IS NOT NULL AND hole <> 2"), (["x": ["<=": "30"]], "x <= 30"),
    ]

    @Test func onlyRowsOfWhichAllHoldAreRead() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            for (conditions, sql) in Self.accepted {
                let count: Int = try await desk.value(Int.self, "SELECT count(*) FROM t WHERE \(unsafeRaw: sql)")
                #expect(count > 0)
                let body = Self.body(conditions)
                let stored = try await desk.service.submit(body)
                #expect(try TrainingRequest(stored.spec).source == TrainingRequest(body).source)
                _ = try await desk.service.cancel(stored.id)
                guard count > 1 else { continue }
                let run = try await desk.train(body)
                #expect(run.rows == count, "\(sql): \(run.error?.compact ?? "")")
            }
        }
    }

    @Test func refusals() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let cases: [(JSON, TrainingError.Code, String, String)] = [
                (["z": 1], .unknownColumn, "source.where.z", "no column \"z\""),
                (["x": "many"], .invalidOption, "source.where", "invalid input syntax"),
                (["d": "someday"], .invalidOption, "source.where", "can't be checked"),
                (["x": -1], .emptyTable, "source", "no rows"),
            ]
            for (conditions, code, field, says) in cases {
                let refusal = try await desk.refusal(of: Self.body(conditions))
                #expect(refusal.code == code.rawValue, "\(conditions.compact): \(refusal.text)")
                #expect(refusal.field == field, "\(conditions.compact): \(refusal.text)")
                #expect(refusal.text.contains(says), "\(conditions.compact): \(refusal.text)")
            }
        }
    }

    @Test func theMoonsAreLearned() async throws {
        try await Desk.open { desk in
            let run = try await desk.train(["source": ["example": "moons"]])
            #expect(run.state == .succeeded)
            #expect(run.rows == 1000)
            #expect(try #require(run.accuracy) > 0.97, "\(run.accuracy ?? 0)")
        }
    }
}
