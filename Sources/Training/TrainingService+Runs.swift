import JSONTree
import Postgres

/// What can be done with runs that are there.
extension TrainingService {
    /// Puts an ended run back among the queued ones; a daemon goes on with it.
    /// - Parameters:
    ///   - idempotencyKey: asked again with the same one, the run is left as it is by then.
    ///   - share: how much of the queue the client may fill; nil sets no limit.
    /// - Throws: `TrainingError`; the run stays as it was then.
    public func resume(
        _ id: Int,
        _ asked: Resumption,
        idempotencyKey: String? = nil,
        share: QueueShare? = nil
    ) async throws -> Run {
        let key = idempotencyKey.map { IdempotencyKey($0, asked.json) }
        return try await pool.withConnection { try await asked.apply(to: id, key, share: share, on: $0) }
    }

    /// The same, and claims it at once, so that no daemon does: what `pgradient resume` does itself.
    public func resumeAndClaim(_ id: Int, _ asked: Resumption, owner: String) async throws -> (Run, Lease) {
        try await pool.transaction { connection in
            let run = try await asked.apply(to: id, on: connection)
            guard let lease = try await Lease.claim(id, owner: owner, on: connection) else {
                throw TrainingError(.conflict, "run \(id) was claimed by another process")
            }
            return (run, lease)
        }
    }

    /// Changes tags, notes and name.
    public func edit(_ id: Int, _ edit: RunEdit) async throws -> Run {
        try await pool.withConnection { try await edit.apply(to: id, on: $0) }
    }

    /// Deletes runs with everything that belongs to them; all of them, or none.
    public func delete(_ ids: [Int]) async throws {
        try await pool.withConnection { try await RunDeletion.delete(ids, on: $0) }
    }

    /// Runs side by side, in the order of their numbers here.
    public func compare(_ ids: [Int]) async throws -> RunComparison {
        try await pool.withConnection { try await RunComparison.compare(ids, on: $0) }
    }

    /// The finished runs, the best of each task first.
    public func leaderboard(tag: String? = nil, limit: Int) async throws -> [Standing] {
        try await pool.withConnection { try await Standing.best(tag: tag, limit: limit, on: $0) }
    }
}
