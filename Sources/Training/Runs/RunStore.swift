import JSONTree
import Postgres
import SQLText

/// Reads and writes runs. Every function is one statement or one transaction on the connection it is given.
enum RunStore {
    /// A page of runs, newest first.

    static func insert(
        _ request: TrainingRequest,
        _ dataset: Dataset,
        _ key: IdempotencyKey? = nil,
        client: String? = nil,
        on connection: Connection
    ) async throws -> Run {
        let spec = SQLValue.jsonb(request.json(dataset).compact)
        let inserted = try await connection.query(
            """
            INSERT INTO pgradient.runs AS r
                (name, spec, idempotency_key, idempotency_hash, task, seed, feature_names, label_name, max_iter, activations, learning_rate,
                 tags, notes, client)
            VALUES (\(request.name.map(SQLValue.text) ?? .null(.text)), \(spec),
                    \((key?.text).map(SQLValue.text) ?? .null(.text)), \(key?.hash ?? "NULL"),
                    \(dataset.task.rawValue), \(request.seed),
                    \(SQLValue.textArray(dataset.featureNames)), \(dataset.label.name), \(Int32(request.maxIter)),
                    \(SQLValue.textArray(request.activations.map(\.rawValue))), \(request.learningRate),
                    \(SQLValue.textArray(request.tags)), \(request.notes.map(SQLValue.text) ?? .null(.text)),
                    \(client.map(SQLValue.text) ?? .null(.text)))
            ON CONFLICT (idempotency_key) DO NOTHING
            RETURNING \(Run.columns)
            """,
            name: "insert run"
        )
        if let row = inserted.first { return try Run(row) }
        // Another request with the same key was faster.
        guard let key, let known = try await key.run(on: connection) else {
            throw TrainingError(.internal, "a run could not be stored")
        }
        return known
    }

    /// The version of a run's row; nil if there is no such run.
    static func version(_ id: Int, on connection: Connection) async throws -> RowVersion? {
        let found = try await connection.query(
            "SELECT r.epoch, \(RowVersion.column("r")) AS version FROM pgradient.runs AS r WHERE r.id = \(id)",
            name: "run version"
        )
        return try found.first.map { RowVersion(run: id, epoch: try $0.get("epoch"), try $0.get("version")) }
    }

    static func run(_ id: Int, on connection: Connection) async throws -> Run {
        let found = try await connection.query(
            "SELECT \(Run.columns) FROM pgradient.runs AS r WHERE r.id = \(id)",
            name: "get run"
        )
        guard let row = found.first else { throw notFound(id) }
        return try Run(row)
    }

    /// The newest run.
    static func newest(on connection: Connection) async throws -> Run {
        let found = try await connection.query(
            "SELECT \(Run.columns) FROM pgradient.runs AS r ORDER BY r.id DESC LIMIT 1",
            name: "newest run"
        )
        guard let row = found.first else {
            throw TrainingError(
                .runNotFound,
                "there is no run yet",
                hint: "start one with POST /train or `pgradient train`"
            )
        }
        return try Run(row)
    }

    /// - Parameter tag: list only runs that have it.
    static func runs(before: Int?, tag: String?, limit: Int, on connection: Connection) async throws -> RunPage {
        let found = try await connection.query(
            "SELECT \(Run.columns) \(list(before: before, tag: tag, limit: limit))",
            name: "list runs"
        )
        return RunPage(try found.map { try Run($0) }, limit: limit)
    }

    /// Those of `RunPage.versions`, without the runs.
    static func versions(
        before: Int?,
        tag: String?,
        limit: Int,
        on connection: Connection
    ) async throws -> [RowVersion] {
        let found = try await connection.query(
            """
            SELECT r.id, r.epoch, \(RowVersion.column("r")) AS version \(list(before: before, tag: tag, limit: limit))
            """,
            name: "run versions"
        )
        return try found.map { RowVersion(run: try $0.get("id"), epoch: try $0.get("epoch"), try $0.get("version")) }
    }

    /// One run more than is shown tells whether there is a next page.
    private static func list(before: Int?, tag: String?, limit: Int) -> SQL {
        """
        FROM pgradient.runs AS r
        WHERE \(before.map { "r.id < \($0)" as SQL } ?? "true")
          AND \(tag.map { "\($0) = ANY (r.tags)" as SQL } ?? "true")
        ORDER BY r.id DESC LIMIT \(literal: limit + 1)
        """
    }

    /// Asks for a run to be stopped. One that nobody is working on is cancelled at once; whoever works on one finds
    /// the request.
    static func cancel(_ id: Int, on connection: Connection) async throws -> Run {
        try await connection.transaction { connection in
            try await connection.query(
                "INSERT INTO pgradient.cancel_requests (run_id) SELECT id FROM pgradient.runs WHERE id = \(id) ON CONFLICT DO NOTHING",
                name: "request cancel"
            )
            // Skips a row that is locked: its holder is at work and will find the request.
            let idle = try await connection.query(
                """
                UPDATE pgradient.runs SET state = 'cancelled', stop_reason = 'cancelled', finished_at = clock_timestamp(),
                       lease_token = NULL, lease_owner = NULL, lease_expires_at = NULL
                WHERE id = (SELECT id FROM pgradient.runs WHERE id = \(id) AND (state = 'queued'
                                OR state IN ('preparing', 'running') AND lease_expires_at < clock_timestamp())
                            FOR NO KEY UPDATE SKIP LOCKED)
                """,
                name: "cancel idle run"
            )
            if idle.affectedRows > 0 { try await Snapshot(run: id).drop(on: connection) }
            try await connection.query(
                "DELETE FROM pgradient.cancel_requests AS c USING pgradient.runs AS r WHERE c.run_id = r.id AND r.id = \(id) AND r.finished_at IS NOT NULL",
                name: "forget cancel"
            )
            try await connection.query("SELECT pg_notify(\(Signals.channel), \("cancel \(id)"))", name: "notify")
            return try await run(id, on: connection)
        }
    }

    static func notFound(_ id: Int) -> TrainingError {
        TrainingError(
            .runNotFound,
            "there is no run \(id)",
            field: "run",
            hint: "GET /train or `pgradient runs` lists them"
        )
    }
}
