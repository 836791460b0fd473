import JSONTree
import Postgres
import SQLText

/// What may be asked of a run that is to go on.
public struct Resumption: Sendable, Hashable {
    /// Epochs at most, those before counted; nil leaves it at what the run has.
    public let maxIter: Int?
    /// Seconds from the new start on; nil leaves it at what the run has.
    public let maxRuntime: Double?

    /// Reads the body of a request; an empty object asks for nothing.
    /// - Throws: `TrainingError` naming the option.
    public init(_ body: JSON) throws(TrainingError) {
        guard body.objectValue != nil else {
            throw TrainingError(
                .invalidOption,
                "the body is \(body.kind); it must be an object with max_iter and max_runtime_s, or nothing"
            )
        }
        var options = try OptionReader(body)
        maxIter = try options.integer("max_iter", 1...1_000_000)
        maxRuntime = try options.number("max_runtime_s", 0.001...1e9, "a number of seconds, from 0.001 to 1e9")
        try options.finish()
    }

    /// The body that asks for it.
    var json: JSON {
        var json: JSON = [:]
        if let maxIter { json.set("max_iter", .integer(maxIter)) }
        if let maxRuntime { json.set("max_runtime_s", .number(maxRuntime)) }
        return json
    }

    /// Puts an ended run back among the queued ones, with its snapshot made again, all in one transaction: a run whose
    /// rows have changed, or that can't go on for another reason, stays as it was.
    ///
    /// Takes as long as reading the rows does, so that the answer says whether they are still the same.
    /// - Parameter share: how much of the queue the client may fill; nil sets no limit.
    func apply(
        to id: Int,
        _ key: IdempotencyKey? = nil,
        share: QueueShare? = nil,
        on connection: Connection
    ) async throws -> Run {
        try await connection.transaction { connection in
            if let known = try await key?.resumed(id, on: connection) { return known }
            // The snapshot is made as by the one who trains.
            try await connection.query(ServerSettings.apply(Self.settings, isLocal: true), name: "configure")
            // Waits for nobody: a run whose row is locked is at work.
            let ended = try await connection.query(
                "SELECT FROM pgradient.runs WHERE id = \(id) AND finished_at IS NOT NULL FOR UPDATE SKIP LOCKED",
                name: "lock run"
            )
            let run = try await RunStore.run(id, on: connection)
            guard ended.count == 1, run.state.isFinal else { throw Self.atWork(run) }
            let limit = try check(run)
            if let rows = run.rows, let hash = run.contentHash {
                let request = try TrainingRequest(run.spec)
                let settings = ServerSettings.reading(isDeterministic: request.isDeterministic)
                try await connection.query(settings, name: "configure")
                try await Preparation.rebuild(run, request, .init(rows: rows, hash: hash), on: connection)
            }
            // After all that takes time: the client's other requests wait from here.
            try await share?.hold(on: connection)
            try await share?.requireRoom(on: connection)
            try await requeue(run, limit, key, client: share?.client, on: connection)
            try await connection.query("SELECT pg_notify(\(Signals.channel), \("queued \(id)"))", name: "notify")
            return try await RunStore.run(id, on: connection)
        }
    }

    private static let settings: [ServerSettings.Setting] = ServerSettings.session.filter {
        ["jit", "statement_timeout", "synchronize_seqscans", "work_mem", "client_min_messages"].contains($0.name)
    }

    /// - Returns: epochs at most from now on.
    private func check(_ run: Run) throws(TrainingError) -> Int {
        guard run.state != .diverged else {
            throw TrainingError(
                .conflict,
                "run \(run.id) diverged after epoch \(run.epoch); with the same options it would do so again",
                hint: "start a run with \"warm_start\": \(run.id) and a smaller learning_rate_init"
            )
        }
        let limit = maxIter ?? run.maxIter
        guard limit > run.epoch else {
            guard let maxIter else {
                throw TrainingError(
                    .missingOption,
                    "run \(run.id) has done all of its \(run.maxIter) epochs",
                    field: "max_iter",
                    hint: "give a max_iter above \(run.epoch): the epochs before count"
                )
            }
            throw TrainingError(
                .invalidOption,
                "max_iter is \(maxIter), and run \(run.id) is at epoch \(run.epoch) already",
                field: "max_iter",
                hint: "the epochs before count: give a number above \(run.epoch)"
            )
        }
        return limit
    }

    /// The CHECKs of `runs` want an unfinished run without an end and a reason. A run that was never prepared begins.
    private func requeue(
        _ run: Run,
        _ limit: Int,
        _ key: IdempotencyKey?,
        client: String?,
        on connection: Connection
    ) async throws {
        var changes: JSON = ["max_iter": .integer(limit)]
        if let maxRuntime { changes.set("max_runtime_s", .number(maxRuntime)) }
        try await connection.query(
            """
            UPDATE pgradient.runs SET state = 'queued', stop_reason = NULL, error = NULL,
                spent_s = spent_s + coalesce(extract(epoch FROM finished_at - active_since)::float8, 0),
                finished_at = NULL, active_since = NULL, max_iter = \(Int32(limit)),
                client = \(client.map(SQLValue.text) ?? .null(.text)),
                resumed_from = CASE WHEN content_hash IS NOT NULL THEN epoch END,
                resume_key = \((key?.text).map(SQLValue.text) ?? .null(.text)), resume_hash = \(key?.hash ?? "NULL"),
                spec = spec || \(SQLValue.jsonb(changes.compact))
            WHERE id = \(run.id)
            """,
            name: "resume run"
        )
        // A wish that came too late was meant for what has ended.
        try await connection.query(
            "DELETE FROM pgradient.cancel_requests WHERE run_id = \(run.id)",
            name: "forget cancel"
        )
    }

    private static func atWork(_ run: Run) -> TrainingError {
        TrainingError(
            .conflict,
            run.state.isFinal
                ? "run \(run.id) is just being changed by another process"
                : "run \(run.id) is \(run.state.rawValue); only a run that has ended can be resumed",
            hint: run.state.isFinal ? "try again" : "it goes on by itself"
        )
    }
}
