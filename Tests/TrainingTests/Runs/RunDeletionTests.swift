import JSONTree
import Testing

@testable import Training

/// Runs that are deleted, with everything of theirs and nothing of others'.
@Suite struct RunDeletionTests {
    private static let body: JSON = [
        "source": ["example": "article", "rows": 100], "max_iter": 5, "solver": "adam",
    ]

    private static func rows(of run: Int, on desk: Desk) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for (table, column) in [
            ("runs", "id"), ("params", "run_id"), ("metrics", "run_id"), ("solver_state", "run_id"),
        ] {
            counts[table] = try await desk.value(
                Int.self,
                "SELECT count(*) FROM pgradient.\(unsafeRaw: table) WHERE \(unsafeRaw: column) = \(run)"
            )
        }
        return counts
    }

    @Test func everythingGoes() async throws {
        try await Desk.open { desk in
            let (gone, stays) = try await (desk.train(Self.body), desk.train(Self.body))
            try await desk.script("SELECT pgradient.create_wide_view(\(gone.id))")
            try await desk.script("CREATE TABLE pgradient_data.run_\(gone.id) AS SELECT 1.5::float8 AS x1")
            let before = try await Self.rows(of: stays.id, on: desk)
            #expect(before == ["runs": 1, "params": 6, "metrics": 6, "solver_state": 1])
            try await desk.service.delete([gone.id])
            #expect(
                try await Self.rows(of: gone.id, on: desk)
                    == ["runs": 0, "params": 0, "metrics": 0, "solver_state": 0]
            )
            #expect(try await Self.rows(of: stays.id, on: desk) == before)
            let relations = try await desk.value(
                Int.self,
                "SELECT count(*) FROM pg_class WHERE relnamespace = 'pgradient_data'::regnamespace"
            )
            #expect(relations == 0)
            let error = await #expect(throws: TrainingError.self) { try await desk.service.run(gone.id) }
            #expect(error?.code == .runNotFound)
        }
    }

    /// All of the runs, or none.
    @Test func oneAtWorkKeepsAllOfThem() async throws {
        try await Desk.open { desk in
            let ended = try await desk.train(Self.body)
            try await Bench.open(Self.body, on: desk) { bench in
                try await bench.advance()
                let busy = await #expect(throws: TrainingError.self) {
                    try await desk.service.delete([ended.id, bench.run.id])
                }
                #expect(busy?.code == .conflict)
                #expect(busy?.message == "run 2 is running, and a run at work is not deleted")
                #expect(busy?.hint == "cancel it first")
            }
            let missing = await #expect(throws: TrainingError.self) { try await desk.service.delete([ended.id, 9]) }
            #expect(missing?.code == .runNotFound)
            #expect(try await Self.rows(of: ended.id, on: desk)["params"] == 6)
            try await desk.expire(2)
            _ = try await desk.service.cancel(2)
            try await desk.service.delete([2, ended.id, 2])
            #expect(try await desk.value(Int.self, "SELECT count(*) FROM pgradient.params") == 0)
        }
    }

    @Test func aQueuedRunIsAtNobodysHands() async throws {
        try await Desk.open { desk in
            let queued = try await desk.service.submit(Self.body)
            try await desk.service.delete([queued.id])
            #expect(try await desk.claim() == nil)
        }
    }
}
