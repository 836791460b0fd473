import JSONTree
import Postgres
import Synchronization
import Testing

@testable import Training

/// What features are worth, where it can be told without computing it.
@Suite struct ImportanceTests {
    /// y is decided by a alone; b and k are noise.
    private static let table = """
        CREATE TABLE points AS
        SELECT (i * 7919 % 201)::float8 - 100 AS a, (i * 104729 % 997)::float8 AS b, i % 4 AS k,
               CASE WHEN i * 7919 % 201 >= 100 THEN 'up' ELSE 'down' END AS c,
               2.0::float8 * ((i * 7919 % 201) - 100) AS r, 5.0::float8 AS flat
        FROM generate_series(1, 402) AS i
        """

    /// A linear model whose weights are given: by `a` alone.
    private static func run(_ label: String, _ weights: [JSON], on desk: Desk) async throws -> Run {
        try await desk.script(table)
        return try await desk.train([
            "source": ["table": "points"], "features": ["a", "b", "k"], "label": .string(label),
            "hidden_layer_sizes": [], "standardize": false, "init": "weights", "weights": .array(weights),
            "max_iter": 1, "seed": 5,
        ])
    }

    private static func importance(
        _ run: Run,
        repeats: Int = 5,
        on desk: Desk,
        onProgress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws -> Importance {
        let found = try await desk.service.evaluation(
            run.id,
            epoch: .number(0),
            repeats: repeats,
            onProgress: onProgress
        )
        return try #require(found.importance)
    }

    @Test func classes() async throws {
        try await Desk.open { desk in
            // The logit of "up" is a + ½: right for every row.
            let run = try await Self.run("c", [0, 1, 0, 0, 0, 0, 0, 0.5], on: desk)
            let told = Mutex<[[Int]]>([])
            let found = try await Self.importance(run, on: desk) { done, count in
                told.withLock { $0.append([done, count]) }
            }
            #expect(found.measure == .accuracy)
            #expect(found.repeats == 5)
            #expect(found.features.map(\.name) == ["a", "b", "k"])
            #expect(told.withLock { $0 } == [[1, 3], [2, 3], [3, 3]])
            // What the network does not read is worth nothing, exactly.
            #expect(found.features[1].mean == 0 && found.features[1].deviation == 0)
            #expect(found.features[2].mean == 0 && found.features[2].deviation == 0)
            // By chance a row gets its class's value with probability (200² + 202²) / 402²: one half is lost. Of 402 rows the
            // share varies by 0.025 from order to order; ten times that is never seen.
            let lost = try #require(found.features[0].mean)
            #expect(abs(lost - 0.5) < 0.11, "\(lost)")
            let deviation = try #require(found.features[0].deviation)
            #expect(deviation > 0 && deviation < 0.1, "the repeats are orders of their own")
            // The same seed, the same orders; wherever the rows lie.
            #expect(try await Self.importance(run, on: desk) == found)
            try await desk.script("CREATE TABLE turned AS SELECT * FROM points ORDER BY b; DROP TABLE points")
            try await desk.script("ALTER TABLE turned RENAME TO points")
            #expect(try await Self.importance(run, on: desk) == found)
            // One order does not vary.
            let once = try await Self.importance(run, repeats: 1, on: desk)
            #expect(once.features[0].deviation == 0)
        }
    }

    @Test func numbers() async throws {
        try await Desk.open { desk in
            let run = try await Self.run("r", [2, 0, 0, 0], on: desk)
            let found = try await Self.importance(run, repeats: 3, on: desk)
            #expect(found.measure == .r2)
            // Independent of the right value, the squared error is twice the variance: R² falls from 1 to −1.
            let lost = try #require(found.features[0].mean)
            #expect(abs(lost - 2) < 0.4, "\(lost)")
            #expect(found.features[1].mean == 0)
        }
    }

    @Test func nothingToExplain() async throws {
        try await Desk.open { desk in
            let run = try await Self.run("flat", [1, 0, 0, 0], on: desk)
            let found = try await Self.importance(run, repeats: 2, on: desk)
            #expect(found.features.allSatisfy { $0.mean == nil && $0.deviation == nil })
        }
    }

    /// Columns of one feature move together: exchanged as one, two equal columns still agree.
    @Test func columnsOfOneFeature() async throws {
        try await Desk.open { desk in
            let run = try await Self.run("c", [0, 1, 0, 0, 0, 0, 0, 0.5], on: desk)
            try await desk.service.pool.transaction { connection in
                let parameters = try await ParamStore.parameters(run, .number(0), on: connection)
                let source = try await EvaluationSource.relation(run, .train, on: connection)
                let measuring = PermutationImportance(
                    run: run,
                    scorer: try Scorer(run, parameters),
                    rows: source.rows,
                    repeats: 1
                )
                let exchanged = measuring.exchanged(FeatureGroup(name: "a and b", columns: [0, 1]))
                _ = try await measuring.measure(on: connection) { _, _ in }
                let pairs = try await connection.query(
                    """
                    SELECT count(*) FILTER (WHERE (x1, x2) IN (SELECT a, b FROM points)) AS together,
                           count(*) FILTER (WHERE (x1, y) IN (SELECT a, (c = 'up')::int4 FROM points)) AS unmoved, count(*) AS rows
                    FROM (\(exchanged)) AS exchanged
                    """
                )[0]
                #expect(try pairs.decode(Int.self, "rows") == 402)
                #expect(try pairs.decode(Int.self, "together") == 402)
                #expect(try pairs.decode(Int.self, "unmoved") < 300)
            }
        }
    }

    /// A cancelled task ends the statement, and leaves the connection and the database as they were.
    @Test func cancelled() async throws {
        try await Desk.open { desk in
            let run = try await desk.train(["source": ["example": "article", "rows": 50_000], "max_iter": 1])
            let begun = Signal()
            let asking = Task {
                try await desk.service.evaluation(run.id, repeats: 20) { _, _ in begun.fire() }
            }
            await begun.wait()
            asking.cancel()
            await #expect(throws: (any Error).self) { try await asking.value }
            let left = try await desk.value(
                Int.self,
                "SELECT count(*) FROM pg_class WHERE relname = 'pgradient_permuted'"
            )
            #expect(left == 0)
            _ = try await desk.service.evaluation(run.id)
        }
    }
}
