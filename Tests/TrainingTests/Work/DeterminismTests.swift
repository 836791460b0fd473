import JSONTree
import Lowering
import Postgres
import Testing

@testable import Training

/// `deterministic`: the same request on the same rows gives the same bits.
@Suite struct DeterminismTests {
    private static let requests: [JSON] = [
        // Large enough that workers would share the rows.
        ["max_iter": 6, "solver": "adam", "hidden_layer_sizes": [3]],
        ["max_iter": 3, "batch_size": 7_000, "solver": "sgd", "momentum": 0.9, "hidden_layer_sizes": [2]],
        [
            "max_iter": 3, "batch_size": 7_000, "shuffle": "every epoch", "hidden_layer_sizes": [2],
            "shape": "recursive",
        ],
        ["max_iter": 5, "shape": "step", "hidden_layer_sizes": []],
    ]

    private static let table = """
        CREATE TABLE points AS SELECT sin(i) AS a, cos(i * 3) * 7 AS b, (sin(i) > 0.3)::int AS y, i
        FROM generate_series(1, 30000) AS i
        """

    @Test(arguments: requests) func twiceTheSameBits(_ options: JSON) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let body = options.with([
                "source": ["table": "points"], "label": "y", "features": ["a", "b"], "deterministic": true, "seed": 3,
                "tol": 0,
            ])
            let one = try await desk.train(body)
            #expect(one.state == .succeeded, "\(one.error?.compact ?? "")")
            #expect(one.shapeReason?.contains("parallel workers, ") == false, "\(one.shapeReason ?? "")")
            // The same rows in another order, as an UPDATE or a restored backup leaves them.
            try await desk.script(
                "CREATE TABLE moved AS SELECT * FROM points ORDER BY b; DROP TABLE points; ALTER TABLE moved RENAME TO points"
            )
            let two = try await desk.train(body)
            #expect(try await Written(two.id, on: desk) == Written(one.id, on: desk))

            // Let go after every statement, to be taken up by another.
            let three = try await Bench.open(body.with(["shape": "recursive", "block_size": 2]), on: desk) { bench in
                try await bench.advance()
                return bench.run.id
            }
            for _ in 0..<2 {
                _ = try await desk.takeOver(three)
            }
            let ended = try await desk.execute(desk.takeOver(three))
            #expect(ended.attempt == 4)
            if body["shape"] != "step" {
                #expect(try await Written(three, on: desk) == Written(one.id, on: desk))
            }
            #expect(ended.state == .succeeded, "\(ended.error?.compact ?? "")")
        }
    }

    /// What a crash must not empty is in the server's log.
    @Test func itsSnapshotIsLogged() async throws {
        try await Desk.open { desk in
            for deterministic in [true, false] {
                let body: JSON = [
                    "source": ["example": "article", "rows": 50], "max_iter": 9, "deterministic": .bool(deterministic),
                ]
                let kind = try await Bench.open(body, on: desk) { bench in
                    try await desk.value(
                        String.self,
                        "SELECT relpersistence::text FROM pg_class WHERE relname = \("run_\(bench.run.id)")"
                    )
                }
                #expect(kind == (deterministic ? "p" : "u"))
            }
        }
    }
}
