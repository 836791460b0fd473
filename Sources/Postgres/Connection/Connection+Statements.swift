import SQLText

extension Connection {
    /// Runs one statement. Binds travel beside the text and rows come back, both in binary.
    /// - Parameters:
    ///   - name: used in errors and logs.
    ///   - timeout: counted from when the statement's turn has come; nil waits as long as the server works.
    /// - Throws: `PostgresError`, `ConnectionError`, `StatementError`, `UnfilledHole`; `CancellationError` if the task
    ///   was cancelled, unless the statement had already succeeded.
    @discardableResult
    public nonisolated(nonsending) func query(
        _ sql: SQL,
        name: String? = nil,
        timeout: Duration? = nil
    ) async throws -> Rows {
        let rendered = sql.render()
        let binds = try rendered.binds { _ in nil }
        return try await perform(name, timeout: timeout) { try $0.query(rendered.text, binds, $1) }
    }

    /// Makes the server parse a statement once. Preparing the same statement again costs nothing; another one under
    /// the same name replaces it.
    ///
    /// The name is this connection's own: a pooled connection brings what was prepared on it before.
    public nonisolated(nonsending) func prepare(
        _ name: String,
        _ statement: RenderedSQL,
        timeout: Duration? = nil
    ) async throws {
        try await perform(name, timeout: timeout) { try $0.prepare(name, statement, $1) }
    }

    /// Runs a prepared statement with the values of its placeholders in order (`RenderedSQL.binds` makes them).
    /// - Throws: as `query`; `StatementError.bindMismatch` if the types are not those it was prepared for.
    @discardableResult
    public nonisolated(nonsending) func execute(
        prepared name: String,
        _ binds: [SQLValue] = [],
        timeout: Duration? = nil
    ) async throws -> Rows {
        try await perform(name, timeout: timeout) { try $0.execute(name, binds, $1) }
    }

    /// Makes the server forget a prepared statement.
    public nonisolated(nonsending) func deallocate(prepared name: String) async throws {
        try await perform(name, timeout: nil) { try $0.deallocate(name, $1) }
    }

    /// Runs a text of several statements, as one transaction unless it has BEGIN in it. Results are thrown away.
    public nonisolated(nonsending) func script(
        _ text: String,
        name: String? = nil,
        timeout: Duration? = nil
    ) async throws {
        try await perform(name, timeout: timeout) { try $0.script(text, $1) }
    }
}
