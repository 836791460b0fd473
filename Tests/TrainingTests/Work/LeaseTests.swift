import JSONTree
import Postgres
import TestSupport
import Testing

@testable import Training

/// Who may write a run, and when.
@Suite struct LeaseTests {
    private static let body: JSON = [
        "source": ["example": "article", "rows": 100], "max_iter": 6, "solver": "adam", "hidden_layer_sizes": [2],
        "shape": "step",
    ]

    @Test func oneOfManyGetsTheRun() async throws {
        try await Desk.open { desk in
            let run = try await desk.service.submit(Self.body)
            let leases = try await withThrowingTaskGroup(of: Lease?.self) { group in
                for _ in 0..<12 { group.addTask { try await desk.claim() } }
                return try await group.reduce(into: [Lease]()) { if let lease = $1 { $0.append(lease) } }
            }
            #expect(leases.map(\.run) == [run.id])
            #expect(leases.map(\.attempt) == [1])
            #expect(try await desk.claim() == nil)
        }
    }

    @Test func theOldestComesFirst() async throws {
        try await Desk.open { desk in
            let runs = [try await desk.service.submit(Self.body), try await desk.service.submit(Self.body)]
            #expect(try await desk.claim()?.run == runs[0].id)
            #expect(try await desk.claim()?.run == runs[1].id)
        }
    }

    @Test func workersTrainEveryRunOnce() async throws {
        try await Desk.open { desk in
            let signals = Signals(settings: desk.settings, logger: quiet)
            let work = Task {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await signals.run() }
                    for name in ["a", "b", "c"] {
                        let worker = Worker(service: desk.service, signals: signals, owner: name, logger: quiet)
                        group.addTask { await worker.run() }
                    }
                }
            }
            var runs: [Int] = []
            for _ in 0..<9 { runs.append(try await desk.service.submit(Self.body).id) }
            try await waitUntil("the runs were not worked off") {
                let open = try await desk.value(
                    Int.self,
                    "SELECT count(*) FROM pgradient.runs WHERE finished_at IS NULL"
                )
                return open == 0
            }
            work.cancel()
            await work.value
            for run in runs {
                let run = try await desk.service.run(run)
                #expect(run.state == .succeeded)
                #expect(run.attempt == 1)
                try await Written(run.id, on: desk).checkWhole()
            }
        }
    }

    /// The holder stops without a word, as if its machine were gone.
    @Test func aTakeoverGoesOnAtTheLastEpoch() async throws {
        try await Desk.open { desk in
            let whole = try await desk.train(Self.body)
            let (run, lease) = try await desk.service.submitAndClaim(Self.body, owner: "first")
            let third = Signal()
            let working = Task {
                try await desk.execute(lease) { progress in
                    if progress.epoch == 3 { third.fire() }
                }
            }
            await third.wait()
            working.cancel()
            await #expect(throws: CancellationError.self) { try await working.value }
            let left = try await Written(run.id, on: desk)
            #expect((3..<6).contains(left.epoch))
            left.checkWhole()

            #expect(try await desk.claim(run.id) == nil, "the lease has not run out yet")
            let heir = try await desk.takeOver(run.id)
            #expect(heir.attempt == 2)
            #expect(heir.token != lease.token)
            let ended = try await desk.execute(heir)
            #expect(ended.state == .succeeded)
            #expect(ended.startedAt == run.startedAt ?? ended.startedAt)
            #expect(try await Written(run.id, on: desk) == Written(whole.id, on: desk), "every bit is the same")
            #expect(try await desk.claim() == nil)
        }
    }

    @Test func aLostLeaseWritesNothing() async throws {
        try await Desk.open { desk in
            try await Bench.open(Self.body, on: desk) { bench in
                try await bench.advance()
                let before = try await Written(bench.run.id, on: desk)
                let heir = try await desk.takeOver(bench.run.id)
                await #expect(throws: LeaseLost.self) { try await bench.advance() }
                await #expect(throws: LeaseLost.self) { _ = try await bench.loop.close(on: bench.connection) }
                await #expect(throws: LeaseLost.self) {
                    _ = try await Preparation(lease: bench.lease, logger: quiet).ready(bench.run, on: bench.connection)
                }
                // Nor does it end the run, or give it back.
                let executor = RunExecutor(lease: bench.lease, logger: quiet)
                #expect(try await executor.cancel(on: bench.connection).state == .running)
                #expect(try await executor.execute(on: bench.connection).state == .running)
                try await executor.release(on: bench.connection)
                #expect(try await desk.service.run(bench.run.id).attempt == heir.attempt)
                #expect(try await Written(bench.run.id, on: desk) == before)
                #expect(try await desk.execute(heir).state == .succeeded)
            }
        }
    }

    /// The recording statement has a fence of its own, should the first one have been passed long ago.
    @Test func theRecordingStatementIsFencedToo() async throws {
        try await Desk.open { desk in
            try await Bench.open(Self.body, on: desk) { bench in
                let stale = Lease(run: bench.run.id, attempt: 1, token: "00000000-0000-4000-8000-000000000000")
                let rows = try #require(bench.run.rows)
                let batching = Batching(rows: rows, size: rows, shuffle: .once, seed: 1)
                let recorder = EpochRecorder(lease: stale, run: bench.run, batching: batching)
                let statement = recorder.record(weights: 2, state: 1).render()
                let binds = try statement.binds { hole in
                    switch hole {
                    case EpochRecorder.Hole.weights: .float8Array([1, 2])
                    case EpochRecorder.Hole.state: .float8Array([1])
                    case EpochRecorder.Hole.epoch: .int8(0)
                    case EpochRecorder.Hole.done: .int8Array([1])
                    case EpochRecorder.Hole.rows: .float8Array([Double(rows)])
                    case EpochRecorder.Hole.loss, EpochRecorder.Hole.metric, EpochRecorder.Hole.rates: .float8Array([1])
                    default: .float8(1)
                    }
                }
                try await bench.connection.prepare("stale", statement)
                let row = try await bench.connection.execute(prepared: "stale", binds)[0]
                #expect(try row.decode(Bool.self, "is_whole"))
                #expect(try row.decode(Bool.self, "is_sound"))
                #expect(try row.decode(Bool.self, "recorded") == false)
                let written = try await Written(bench.run.id, on: desk)
                #expect(written.weights.count == 1)
                #expect(written.losses.isEmpty)
                #expect(written.state == nil)
            }
        }
    }

    /// From the fence to the commit nobody can take the run away, however long the statement lasts.
    @Test func theRunIsLockedWhileItsStatementRuns() async throws {
        try await Desk.open { desk in
            try await Bench.open(Self.body, on: desk) { bench in
                let (lease, connection) = (bench.lease, bench.connection)
                let (inside, goOn) = (Signal(), Signal())
                let working = Task {
                    try await connection.transaction { connection in
                        try await lease.fence(on: connection)
                        inside.fire()
                        await goOn.wait()
                    }
                }
                await inside.wait()
                let error = await #expect(throws: PostgresError.self) {
                    try await desk.script(
                        "SET lock_timeout = '50ms'; UPDATE pgradient.runs SET lease_token = gen_random_uuid()"
                    )
                }
                #expect(error?.sqlState == "55P03")
                // An expired lease changes nothing about it.
                #expect(try await desk.claim(bench.run.id) == nil)
                goOn.fire()
                try await working.value
            }
        }
    }

    /// It had seen enough when it died, and would see no more than that.
    @Test func aTakeoverKnowsThatTheStopRuleHasFired() async throws {
        try await Desk.open { desk in
            let body = Self.body.with(["max_iter": 50, "tol": 1, "n_iter_no_change": 2])
            let whole = try await desk.train(body)
            #expect(whole.stopReason == .tol)
            let died = try await Bench.open(body, on: desk) { bench in
                for _ in 0..<whole.epoch { try await bench.advance() }
                return bench.run.id
            }
            let ended = try await desk.execute(desk.takeOver(died))
            #expect(ended.stopReason == .tol)
            #expect(try await Written(died, on: desk) == Written(whole.id, on: desk))
        }
    }
}
