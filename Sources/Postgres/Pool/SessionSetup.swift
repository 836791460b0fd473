import SQLText

/// Statements that a pool runs on each new connection.
public struct SessionSetup: Sendable {
    /// A connection on which one of these fails is not used.
    public var required: [SQL]
    /// Settings that not every server has; a refusal is logged at debug level and lived with.
    public var ifSupported: [SQL]

    public init(required: [SQL] = [], ifSupported: [SQL] = SessionSetup.standard.ifSupported) {
        self.required = required
        self.ifSupported = ifSupported
    }

    /// A statement whose client has died is ended within a second, instead of working on for nobody. The server has
    /// the setting since 14, on systems whose `poll` can tell.
    public static let standard = SessionSetup(
        required: [],
        ifSupported: ["set client_connection_check_interval = '1s'"]
    )

    nonisolated(nonsending) func run(on connection: Connection) async throws {
        for statement in ifSupported {
            do {
                try await connection.query(statement, name: "session set-up", timeout: Self.timeout)
            } catch let error as PostgresError where Self.unsupported.contains(error.sqlState) {
                connection.logger.debug("a session setting is not supported", metadata: ["error": "\(error)"])
            }
        }
        for statement in required {
            try await connection.query(statement, name: "session set-up", timeout: Self.timeout)
        }
    }

    private static let timeout: Duration = .seconds(10)

    /// invalid_parameter_value, undefined_object, cant_change_runtime_param, feature_not_supported.
    private static let unsupported: Set<String> = ["22023", "42704", "55P02", "0A000"]
}
