import JSONTree
import Postgres
import Testing

@testable import Training

/// Runs that go on after their end.
@Suite struct ResumptionTests {
    private static let points = """
        CREATE TABLE points AS
        SELECT sin(i) AS a, cos(i * 3) * 7 AS b, (sin(i) > 0.3)::int AS y FROM generate_series(1, 500) AS i
        """
    private static let body: JSON = [
        "source": ["table": "points"], "label": "y", "hidden_layer_sizes": [3], "max_iter": 8, "seed": 1, "tol": 0,
        "batch_size": "full", "shape": "recursive",
    ]

    /// Momentum, moments, the order of rows and the measure of the epoch in the middle are those of a run that never
    /// ended.
    @Test(
        arguments: [
            [:], ["solver": "sgd"], ["batch_size": 200, "shuffle": "every epoch"],
            ["batch_size": 120, "shape": "step"],
            ["shape": "window", "block_size": 4], ["learning_rate": "exponential"],
        ] as [JSON]
    )
    func itEndsAsIfItHadNeverStopped(_ options: JSON) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            let body = Self.body.with(options)
            let whole = try await desk.train(body.with(["max_iter": 20]))
            let first = try await desk.train(body)
            #expect(first.epoch == 8)
            let ended = try await desk.resume(first.id, ["max_iter": 20])
            #expect(ended.state == .succeeded, "\(ended.error?.compact ?? "")")
            #expect(ended.stopReason == .maxIter)
            #expect(ended.resumedFrom == 8)
            #expect(ended.maxIter == 20)
            #expect(ended.spec["max_iter"] == 20)
            #expect(ended.attempt == 2)
            #expect(try await Written(first.id, on: desk) == Written(whole.id, on: desk))
            let rates = try await (desk.metrics(first.id), desk.metrics(whole.id))
            #expect(rates.0.map(\.learningRate) == rates.1.map(\.learningRate))
            #expect(try await desk.snapshots() == [])
        }
    }

    /// Cancelled within an epoch of mini-batches: it goes on with the next batch.
    @Test func itGoesOnWithinAnEpoch() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            let body = Self.body.with(["batch_size": 200, "block_size": 2, "shuffle": "every epoch"])
            let whole = try await desk.train(body)
            let id = try await Bench.open(body, on: desk) { bench in
                for _ in 0..<5 { try await bench.advance() }
                return bench.run.id
            }
            let batch = try await desk.value(
                Int.self,
                "SELECT batch FROM pgradient.solver_state WHERE run_id = \(id)"
            )
            #expect(batch > 0, "between two epochs this would show nothing")
            try await desk.expire(id)
            #expect(try await desk.service.cancel(id).state == .cancelled)
            let ended = try await desk.resume(id, [:])
            #expect(ended.state == .succeeded)
            #expect(try await Written(id, on: desk) == Written(whole.id, on: desk))
        }
    }

    /// No gain ever counts with this `tol`: a run ends when patience is at its end, and a resumed one has all of it again,
    /// also if it is taken over on the way.
    @Test(arguments: [false, true]) func patienceBeginsAnew(_ isTakenOver: Bool) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            let body = Self.body.with(["max_iter": 100, "tol": 100, "n_iter_no_change": 3, "shape": "step"])
            let first = try await desk.train(body)
            #expect(first.stopReason == .tol)
            #expect(first.epoch == 5)
            var (run, lease) = try await desk.service.resumeAndClaim(first.id, Resumption([:]), owner: "test")
            #expect(run.state == .queued)
            if isTakenOver {
                try await desk.withConnection { [lease] connection in
                    let request = try TrainingRequest(run.spec)
                    let plan = try TrainingPlan(
                        request,
                        task: run.task,
                        layerSizes: try #require(run.layerSizes),
                        columns: nil,
                        rows: 500,
                        server: .init(workers: 0, canCompile: false),
                        table: Snapshot(run: run.id).name
                    )
                    var loop = try await EpochLoop(
                        run,
                        plan: plan,
                        lease: lease,
                        request: request,
                        on: connection
                    )
                    #expect(!loop.isStopped)
                    for _ in 0..<2 { _ = try await loop.advance(limit: 100, on: connection) }
                }
                lease = try await desk.takeOver(first.id)
                run = try await desk.service.run(first.id)
                #expect(run.epoch == 7)
            }
            let ended = try await desk.execute(lease)
            #expect(ended.stopReason == .tol)
            #expect(ended.epoch == 10)
        }
    }

    @Test func whatCanNotGoOnIsToldWhy() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            func refusal(_ id: Int, _ body: JSON = [:]) async throws -> TrainingError {
                let before = try? await desk.service.run(id)
                let asked = try? Resumption(body)
                let error = await #expect(throws: TrainingError.self) {
                    _ = try await desk.service.resume(id, asked ?? Resumption(body))
                }
                let after = try? await desk.service.run(id)
                #expect(after?.state == before?.state)
                #expect(after?.stopReason == before?.stopReason)
                #expect(after?.maxIter == before?.maxIter)
                return try #require(error)
            }
            let run = try await desk.train(Self.body)
            let done = try await refusal(run.id)
            #expect(done.code == .missingOption)
            #expect(done.field == "max_iter")
            #expect(done.message == "run 1 has done all of its 8 epochs")
            let less = try await refusal(run.id, ["max_iter": 8])
            #expect(less.code == .invalidOption)
            #expect(less.message == "max_iter is 8, and run 1 is at epoch 8 already")
            let unknown = try await refusal(run.id, ["max_itr": 9])
            #expect(unknown.code == .unknownOption)
            #expect(unknown.hint?.contains("\"max_iter\"") == true)
            #expect(try await refusal(run.id, []).message.contains("the body is an array"))
            #expect(try await refusal(99).code == .runNotFound)

            let queued = try await desk.service.submit(Self.body)
            let waiting = try await refusal(queued.id, ["max_iter": 50])
            #expect(waiting.code == .conflict)
            #expect(waiting.message.contains("is queued; only a run that has ended"))
            let lease = try #require(try await desk.claim(queued.id))
            #expect(try await refusal(queued.id, ["max_iter": 50]).message.contains("is preparing"))
            _ = try await desk.execute(lease)

            let wild = try await desk.train([
                "source": ["example": "article", "rows": 100], "label": "x1", "max_iter": 200,
                "learning_rate_init": 1e6,
            ])
            #expect(wild.state == .diverged)
            let diverged = try await refusal(wild.id, ["max_iter": 500])
            #expect(diverged.code == .conflict)
            #expect(diverged.hint?.contains("\"warm_start\": \(wild.id)") == true)
        }
    }

    /// A run that ended well stays what it is; with its rows put back it goes on.
    @Test(arguments: ["DELETE FROM points WHERE a > 0.9", "UPDATE points SET a = a + 1 WHERE b > 6.9"])
    func changedRowsAreRefusedAndNothingIsLost(_ change: String) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            let run = try await desk.train(Self.body)
            let before = try await Written(run.id, on: desk)
            try await desk.script("CREATE TABLE kept AS TABLE points; \(change)")
            let error = await #expect(throws: TrainingError.self) {
                try await desk.service.resume(run.id, Resumption(["max_iter": 12]))
            }
            #expect(error?.code == .sourceChanged)
            #expect(error?.message.contains("500 then") == true, "\(error?.message ?? "")")
            let after = try await desk.service.run(run.id)
            #expect(after.state == .succeeded)
            #expect(after.maxIter == 8)
            #expect(after.finishedAt == run.finishedAt)
            #expect(try await Written(run.id, on: desk) == before)
            #expect(try await desk.snapshots() == [])
            try await desk.script("TRUNCATE points; INSERT INTO points TABLE kept")
            #expect(try await desk.resume(run.id, ["max_iter": 12]).epoch == 12)
        }
    }

    /// It failed over its rows, and they were put right.
    @Test func aRunThatNeverBeganBegins() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points + "; UPDATE points SET a = NULL WHERE b > 6.9")
            let failed = try await desk.train(Self.body)
            #expect(failed.state == .failed)
            try await desk.script("UPDATE points SET a = 0 WHERE a IS NULL")
            let ended = try await desk.resume(failed.id, [:])
            #expect(ended.state == .succeeded, "\(ended.error?.compact ?? "")")
            #expect(ended.epoch == 8)
            #expect(ended.error == nil)
            #expect(ended.resumedFrom == nil)
        }
    }

    /// `max_runtime_s` counts from the new start, and the seconds before are not forgotten.
    @Test func timeIsCountedAnew() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            let run = try await desk.train(Self.body)
            // What time would do.
            try await desk.query(
                """
                UPDATE pgradient.runs SET started_at = started_at - interval '1 hour',
                    active_since = active_since - interval '1 hour' WHERE id = \(run.id)
                """
            )
            let ended = try await desk.resume(run.id, ["max_iter": 12, "max_runtime_s": 600])
            #expect(ended.stopReason == .maxIter, "an hour ago its time would have been up")
            #expect(ended.spec["max_runtime_s"] == 600)
            #expect((3600..<4200).contains(try #require(ended.seconds)))
            let again = try await desk.resume(run.id, ["max_iter": 13, "max_runtime_s": 0.001])
            #expect(again.stopReason == .maxRuntime)
            #expect(again.epoch == 12)
        }
    }

    @Test func onlyOneOfManyWhoAskGetsIt() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.points)
            let run = try await desk.train(Self.body)
            let won = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        (try? await desk.service.resumeAndClaim(run.id, Resumption(["max_iter": 9]), owner: "x")) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(won == 1)
            #expect(try await desk.execute(desk.takeOver(run.id)).epoch == 9)
        }
    }
}

extension Desk {
    /// Resumes a run and trains it to its end.
    func resume(_ id: Int, _ body: JSON) async throws -> Run {
        let (_, lease) = try await service.resumeAndClaim(id, Resumption(body), owner: "test")
        return try await execute(lease)
    }

    /// Lets a lease run out: what time would do.
    func expire(_ run: Int) async throws {
        try await query(
            "UPDATE pgradient.runs SET lease_expires_at = clock_timestamp() - interval '1 second' WHERE id = \(run)"
        )
    }
}
