import JSONTree
import Testing

@testable import Training

/// How much of the queue one client may fill.
@Suite struct QueueShareTests {
    private static let body: JSON = ["source": ["example": "article", "rows": 50], "max_iter": 3]

    /// Submits so many at once, over connections of their own.
    /// - Returns: the runs that found room, and the codes of the refusals.
    private func flood(
        _ services: [TrainingService],
        _ count: Int,
        _ share: QueueShare,
        key: String? = nil
    ) async -> (runs: [Int], refusals: [TrainingError.Code]) {
        await withTaskGroup(of: Result<Int, any Error>.self) { group in
            for number in 0..<count {
                group.addTask {
                    do {
                        let service = services[number % services.count]
                        return .success(try await service.submit(Self.body, idempotencyKey: key, share: share).id)
                    } catch {
                        return .failure(error)
                    }
                }
            }
            var runs: [Int] = []
            var refusals: [TrainingError.Code] = []
            for await result in group {
                switch result {
                case .success(let id): runs.append(id)
                case .failure(let error): refusals.append(TrainingError(error).code)
                }
            }
            return (runs, refusals)
        }
    }

    @Test func theLimitHoldsForRequestsAtOnceAndSeveralDaemons() async throws {
        try await Desk.open { desk in
            try await Desk.open(on: desk.conninfo) { other in
                let share = QueueShare(client: "192.0.2.1", limit: 5)
                let (runs, refusals) = await flood([desk.service, other.service], 24, share)
                #expect(Set(runs).count == 5)
                #expect(refusals == Array(repeating: .queueFull, count: 19))
                let stored = try await desk.value(
                    Int.self,
                    "SELECT count(*) FROM pgradient.runs WHERE client = '192.0.2.1'"
                )
                #expect(stored == 5)
                // Everybody else has room.
                _ = try await desk.service.submit(Self.body, share: QueueShare(client: "192.0.2.2", limit: 5))
                _ = try await desk.service.submit(Self.body)
                let error = try await #require(throws: TrainingError.self) {
                    _ = try await other.service.submit(Self.body, share: share)
                }
                #expect(error.message == "5 runs of this client (192.0.2.1) are waiting, and no more than 5 may")
                #expect(error.hint?.contains("--max-queued") == true)
            }
        }
    }

    @Test func aRequestThatIsSentAgainIsNotOneMore() async throws {
        try await Desk.open { desk in
            let share = QueueShare(client: "192.0.2.1", limit: 1)
            let (runs, refusals) = await flood([desk.service], 12, share, key: "once")
            #expect(Set(runs).count == 1 && runs.count == 12)
            #expect(refusals == [])
            let again = try await desk.service.submit(Self.body, idempotencyKey: "once", share: share)
            #expect(again.id == runs.first)
            await #expect(throws: TrainingError.self) {
                try await desk.service.submit(Self.body, idempotencyKey: "twice", share: share)
            }
        }
    }

    @Test func onlyWhatWaitsIsCounted() async throws {
        try await Desk.open { desk in
            let share = QueueShare(client: "192.0.2.1", limit: 1)
            let first = try await desk.service.submit(Self.body, share: share)
            await #expect(throws: TrainingError.self) { try await desk.service.submit(Self.body, share: share) }
            _ = try await desk.service.cancel(first.id)
            let second = try await desk.service.submit(Self.body, share: share)
            // Going on with the first would be one more.
            let error = try await #require(throws: TrainingError.self) {
                _ = try await desk.service.resume(first.id, Resumption([:]), share: share)
            }
            #expect(error.code == .queueFull)
            #expect(try await desk.service.run(first.id).state == .cancelled)
            try await desk.script(
                "UPDATE pgradient.runs SET state = 'running', lease_token = gen_random_uuid(), lease_owner = 'x', lease_expires_at = now() + '1 hour' WHERE id = \(second.id)"
            )
            #expect(try await desk.service.resume(first.id, Resumption([:]), share: share).state == .queued)
        }
    }

    @Test func aResumedRunCountsForWhoResumedIt() async throws {
        try await Desk.open { desk in
            let run = try await desk.service.submit(Self.body, share: QueueShare(client: "a", limit: 1))
            _ = try await desk.service.cancel(run.id)
            _ = try await desk.service.resume(run.id, Resumption([:]), share: QueueShare(client: "b", limit: 1))
            _ = try await desk.service.submit(Self.body, share: QueueShare(client: "a", limit: 1))
            await #expect(throws: TrainingError.self) {
                try await desk.service.submit(Self.body, share: QueueShare(client: "b", limit: 1))
            }
        }
    }
}
