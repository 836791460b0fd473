import JSONTree
import Postgres
import TestSupport
import Testing

@testable import Training

/// Runs that someone wants stopped, or whose process is going down.
@Suite struct CancelTests {
    private static let brief: JSON = ["source": ["example": "article", "rows": 100], "max_iter": 3]
    private static let endless: JSON = [
        "source": ["example": "article", "rows": 2_000], "max_iter": 1_000_000, "shape": "step",
    ]
    /// One statement of it lasts many seconds.
    private static let slow: JSON = [
        "source": ["example": "article", "rows": 400_000], "max_iter": 40, "shape": "window", "block_size": 40,
    ]

    private static func requests(_ desk: Desk) async throws -> Int {
        try await desk.value(Int.self, "SELECT count(*) FROM pgradient.cancel_requests")
    }

    private static func checkCancelled(_ run: Run, on desk: Desk) async throws {
        #expect(run.state == .cancelled)
        #expect(run.stopReason == .cancelled)
        #expect(run.finishedAt != nil)
        #expect(run.error == nil)
        #expect(try await requests(desk) == 0)
        #expect(try await desk.snapshots() == [])
    }

    @Test func queued() async throws {
        try await Desk.open { desk in
            let run = try await desk.service.submit(Self.brief)
            let cancelled = try await desk.service.cancel(run.id)
            try await Self.checkCancelled(cancelled, on: desk)
            #expect(cancelled.startedAt == nil)
            #expect(try await desk.claim() == nil)
        }
    }

    @Test func ofADeadProcess() async throws {
        try await Desk.open { desk in
            let id = try await Bench.open(Self.brief, on: desk) { bench in
                try await bench.advance()
                return bench.run.id
            }
            try await desk.query(
                "UPDATE pgradient.runs SET lease_expires_at = clock_timestamp() - interval '1 second'"
            )
            try await Self.checkCancelled(desk.service.cancel(id), on: desk)
            #expect(try await desk.weights(id).count == 2, "what was learned stays")
        }
    }

    @Test func alreadyEndedAndUnknown() async throws {
        try await Desk.open { desk in
            let run = try await desk.train(Self.brief)
            let same = try await desk.service.cancel(run.id)
            #expect(same.state == .succeeded)
            #expect(same.finishedAt == run.finishedAt)
            #expect(try await Self.requests(desk) == 0)
            let error = await #expect(throws: TrainingError.self) { try await desk.service.cancel(4711) }
            #expect(error?.code == .runNotFound)
            #expect(try await Self.requests(desk) == 0)
        }
    }

    /// Nobody listens: the wish is found by the next transaction.
    @Test func withoutAnySignal() async throws {
        try await Desk.open { desk in
            try await Bench.open(Self.endless, on: desk) { bench in
                try await bench.advance()
                #expect(try await desk.service.cancel(bench.run.id).state == .running)
                await #expect(throws: RunCancelled.self) { try await bench.advance() }
                let run = try await RunExecutor(lease: bench.lease, logger: quiet).execute(on: bench.connection)
                try await Self.checkCancelled(run, on: desk)
                #expect(run.epoch == 1)
            }
        }
    }

    @Test func inTheMiddleOfAStatement() async throws {
        try await Desk.open { desk in
            let signals = Signals(settings: desk.settings, logger: quiet)
            let worker = Worker(service: desk.service, signals: signals, owner: "test", logger: quiet)
            let work = Task {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await signals.run() }
                    group.addTask { await worker.run() }
                }
            }
            let run = try await desk.service.submit(Self.slow)
            try await waitUntil("the statement never began") {
                try await desk.value(
                    Bool.self,
                    """
                    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                        AND state = 'active' AND query LIKE 'WITH iteration AS MATERIALIZED%')
                    """
                )
            }
            #expect(try await desk.service.cancel(run.id).state == .running, "its row is locked: it is at work")
            try await waitUntil("it was not cancelled") { try await desk.service.run(run.id).state.isFinal }
            let ended = try await desk.service.run(run.id)
            try await Self.checkCancelled(ended, on: desk)
            // Had it gone on to its end, its epochs would be there.
            #expect(ended.epoch == 0, "the only statement was cut short")
            work.cancel()
            await work.value
        }
    }

    @Test func aProcessGoingDownGivesItsRunBack() async throws {
        try await Desk.open { desk in
            let body = Self.endless.with(["max_iter": 400])
            let run = try await desk.service.submit(body)
            let lease = try #require(try await desk.claim())
            let begun = Signal()
            let executor = RunExecutor(lease: lease, logger: quiet) { _ in begun.fire() }
            let session = TrainingSession(executor: executor, settings: desk.settings, logger: quiet)
            let working = Task { try await session.execute { _ in } }
            await begun.wait()
            working.cancel()
            await #expect(throws: CancellationError.self) { try await working.value }

            let given = try await desk.service.run(run.id)
            #expect(given.state == .queued)
            #expect(given.epoch > 0)
            #expect(given.finishedAt == nil)
            let heir = try #require(try await desk.claim(), "at once, without waiting for a lease to run out")
            let ended = try await desk.execute(heir)
            #expect(ended.state == .succeeded)
            #expect(ended.attempt == 2)
            try await Written(run.id, on: desk).checkWhole()
            #expect(try await Self.requests(desk) == 0)
        }
    }

    /// Ctrl-C: the watcher stops it.
    @Test func byTheOneWhoWatches() async throws {
        try await Desk.open { desk in
            let (_, lease) = try await desk.service.submitAndClaim(Self.slow, owner: "test")
            let session = TrainingSession(
                executor: RunExecutor(lease: lease, logger: quiet),
                settings: desk.settings,
                logger: quiet
            )
            let run = try await session.execute { stop in stop() }
            try await Self.checkCancelled(run, on: desk)
        }
    }

    /// The wish and the end cross each other: the wish is stored but not yet visible when the run ends.
    @Test func aWishThatComesTooLateIsForgotten() async throws {
        try await Desk.open { desk in
            let (run, lease) = try await desk.service.submitAndClaim(Self.brief, owner: "test")
            let (wished, goOn) = (Signal(), Signal())
            defer { goOn.fire() }
            let wishing = Task {
                try await desk.pool.transaction { connection in
                    try await connection.query("INSERT INTO pgradient.cancel_requests (run_id) VALUES (\(run.id))")
                    wished.fire()
                    await goOn.wait()
                }
            }
            await wished.wait()
            let working = Task { try await desk.execute(lease) }
            try await waitUntil("the run neither ends nor waits for the wish") {
                try await desk.value(
                    Bool.self,
                    """
                    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')
                        OR EXISTS (SELECT FROM pgradient.runs WHERE finished_at IS NOT NULL)
                    """
                )
            }
            goOn.fire()
            try await wishing.value
            #expect(try await working.value.state == .succeeded)
            #expect(try await Self.requests(desk) == 0)
        }
    }
}
