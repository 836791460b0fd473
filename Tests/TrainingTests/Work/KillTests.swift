import JSONTree
import Postgres
import Synchronization
import Testing

@testable import Training

/// The connection of whoever trains is ended at any moment, again and again, until the run is done.
@Suite struct KillTests {
    private static let small: JSON = ["source": ["example": "article", "rows": 300], "max_iter": 40]

    @Test(
        arguments: [
            small.with(["solver": "adam", "hidden_layer_sizes": [2], "seed": 5]),
            small.with(["solver": "sgd", "momentum": 0.9, "shape": "step"]),
            small.with(["solver": "adam", "hidden_layer_sizes": [2], "shape": "recursive", "block_size": 3]),
            // Statements end within an epoch as well as at its end.
            small.with(["solver": "adam", "batch_size": 40, "shape": "recursive", "block_size": 5]),
            small.with(["solver": "sgd", "momentum": 0.5, "batch_size": 70, "shuffle": "every epoch", "max_iter": 15]),
            small.with(["solver": "sgd", "batch_size": 100, "deterministic": true, "shape": "block", "block_size": 4]),
        ],
        [UInt64.random(in: 0..<1_000_000)]
    )
    func anywhere(_ body: JSON, seed: UInt64) async throws {
        try await Desk.open { desk in
            let whole = try await desk.train(body)
            let (run, kills) = try await Self.trainUnderFire(body, seed: seed, patience: 0.02, on: desk)
            #expect(run.state == .succeeded, "seed \(seed): \(run.error?.compact ?? "")")
            #expect(run.attempt == kills + 1)
            #expect(kills > 0, "seed \(seed)")
            let written = try await Written(run.id, on: desk)
            written.checkWhole()
            // One process adds up rows in one order: the same bits.
            #expect(try await written == Written(whole.id, on: desk), "seed \(seed), \(kills) kills")
            #expect(try await desk.snapshots() == [])
        }
    }

    /// Sums of several processes have their last bits from the order of arrival.
    @Test(arguments: [UInt64.random(in: 0..<1_000_000)])
    func inTheParallelForm(seed: UInt64) async throws {
        try await Desk.open { desk in
            let body: JSON = ["source": ["example": "article", "rows": 25_000], "max_iter": 8, "shape": "step"]
            let whole = try await desk.train(body)
            let (run, kills) = try await Self.trainUnderFire(body, seed: seed, patience: 0.3, on: desk)
            #expect(run.shapeReason?.contains("parallel workers") == true)
            #expect(run.state == .succeeded, "seed \(seed): \(run.error?.compact ?? "")")
            let written = try await Written(run.id, on: desk)
            written.checkWhole()
            let expected = try await desk.weights(whole.id)
            for (epoch, weights) in written.weights {
                #expect(
                    difference(weights, expected[epoch] ?? []) < 1e-9,
                    "seed \(seed), \(kills) kills, epoch \(epoch)"
                )
            }
        }
    }

    /// Trains with a killer behind whoever trains. Every attempt that got no epoch further lets the next one live
    /// longer, so that it ends.
    private static func trainUnderFire(
        _ body: JSON,
        seed: UInt64,
        patience: Double,
        on desk: Desk
    ) async throws -> (run: Run, kills: Int) {
        var random = SplitMix64(state: seed)
        var (stored, lease) = try await desk.service.submitAndClaim(body, owner: "victim")
        var (kills, patience) = (0, patience)
        while true {
            let delay = random.uniform() * patience
            if try await survives(lease, for: .seconds(delay), on: desk) {
                return (try await desk.service.run(stored.id), kills)
            }
            kills += 1
            let epoch = try await desk.service.run(stored.id).epoch
            if epoch == stored.epoch { patience *= 1.3 }
            stored = try await desk.service.run(stored.id)
            lease = try await desk.takeOver(stored.id)
        }
    }

    /// One attempt.
    /// - Returns: whether it came to an end before it was killed.
    private static func survives(_ lease: Lease, for time: Duration, on desk: Desk) async throws -> Bool {
        try await desk.withConnection { connection in
            let pid = try await connection.query("SELECT pg_backend_pid() AS pid")[0].decode(Int32.self, "pid")
            let killer = Task {
                try await Task.sleep(for: time)
                try await desk.query("SELECT pg_terminate_backend(\(pid))")
            }
            do {
                _ = try await RunExecutor(lease: lease, logger: quiet).execute(on: connection)
                killer.cancel()
                return true
            } catch is ConnectionError {
                return false
            }
        }
    }
}
