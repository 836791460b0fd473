import JSONTree
import Postgres
import Testing

@testable import Training

/// What is refused with the table's columns at hand and before any run is stored.
@Suite struct AdmissionTests {
    private static func refusal(of body: JSON, on desk: Desk) async throws -> TrainingError {
        let error = try await #require(throws: TrainingError.self) { _ = try await desk.service.submit(body) }
        // The same by the other door.
        let claimed = await #expect(throws: TrainingError.self) {
            _ = try await desk.service.submitAndClaim(body, owner: "test")
        }
        #expect(claimed == error)
        return error
    }

    @Test(
        arguments: [
            (#"{"weights": [1, 2, 3]}"#, "3 numbers, and the network has 12"),
            (#"{"weights": [0,0,0,0,0,0,0,0,0,0,0,0,0]}"#, "3 more with every further one"),
            (#"{"task": "regression", "weights": [1, 2, 3]}"#, "the network has 9"),
            (#"{"hidden_layer_sizes": [], "weights": [0,0,0,0,0,0,0]}"#, "6 with two classes"),
        ]
    )
    func weightsOfTheWrongNumber(_ text: String, says: String) async throws {
        try await Desk.open { desk in
            let error = try await Self.refusal(of: JSON(parsing: text.utf8), on: desk)
            #expect(error.code == .invalidOption)
            #expect(error.field == "weights")
            #expect(error.message.contains(says), "\(error)")
            #expect(try await desk.value(Int.self, "SELECT count(*) FROM pgradient.runs") == 0)
        }
    }

    @Test func weightsForThreeClassesMayBeRight() async throws {
        try await Desk.shared { desk in
            let weights = JSON.array(Array(repeating: 0, count: 9))
            _ = try await desk.service.submit(["hidden_layer_sizes": [], "weights": weights])
        }
    }

    @Test func aWindowTooDeepOrTooWide() async throws {
        try await Desk.shared { desk in
            let deep = try await Self.refusal(of: ["shape": "window", "block_size": 100], on: desk)
            #expect(deep.code == .tooLarge)
            #expect(deep.field == "block_size")
            #expect(deep.message.contains("planning, and the limit is 1073741824; use a block_size of"), "\(deep)")
            let wide = try await Self.refusal(of: ["shape": "window", "hidden_layer_sizes": [100, 100]], on: desk)
            #expect(wide.code == .tooLarge)
            #expect(wide.field == "shape")
            #expect(wide.message.contains("10602, and the limit is 1664 columns"), "\(wide)")
        }
    }

    @Test func aNetworkTooWideForAnyStatement() async throws {
        try await Desk.shared { desk in
            let error = try await Self.refusal(of: ["hidden_layer_sizes": [200, 200]], on: desk)
            #expect(error.code == .tooLarge)
            #expect(error.field == "hidden_layer_sizes")
        }
    }

    /// The look for a first row is cut short, and what it was part of goes on.
    @Test func aSlowViewIsTakenUnseen() async throws {
        try await Desk.open { desk in
            try await desk.script(
                "CREATE VIEW slow AS SELECT 1.5 AS x, 0 AS y FROM pg_sleep(1.2) UNION ALL SELECT 2.5, 1"
            )
            let body: JSON = ["source": ["table": "slow"], "label": "y"]
            let (run, lease) = try await desk.service.submitAndClaim(body, owner: "test")
            #expect(lease.run == run.id)
        }
    }

    @Test func aSecondRequestWithTheSameKeyIsTheFirst() async throws {
        try await Desk.shared { desk in
            let first = try await desk.service.submit([:], idempotencyKey: "once")
            let second = try await desk.service.submit([:], idempotencyKey: "once")
            #expect(first.id == second.id)
            let both = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await desk.service.submit([:], idempotencyKey: "at once").id } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(both.count == 1)
        }
    }
}
