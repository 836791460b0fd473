/// A message that another session sent with NOTIFY.
public struct PostgresNotification: Sendable, Hashable {
    public let channel: String
    /// Empty if there was none; at most 8,000 bytes.
    public let payload: String
    /// The server process that sent it: `pg_backend_pid()` there.
    public let processID: Int
}
