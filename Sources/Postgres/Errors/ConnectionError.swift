/// What can go wrong with a connection as such, apart from what the server says about a statement.
public enum ConnectionError: Error, Sendable, Equatable {
    /// No connection could be made: server down, wrong address, refused log-in, no answer in time.
    case unreachable(reason: String)
    /// The connection string can't be used as it stands. The reason repeats none of its values.
    case invalidSettings(reason: String)
    /// The connection broke while it was open. A transaction that was under way is undone by the server, unless the
    /// connection broke between sending COMMIT and its answer: then nobody knows.
    case lost(reason: String)
    /// A statement took longer than it was given and was cancelled.
    case timedOut(statement: String?, after: Duration)
    /// `close()` was called on the connection or the pool.
    case closed
    /// Versions as libpq has them: 150018 is 15.18.
    case serverTooOld(found: Int, minimum: Int)
    /// A statement came from a task that outlived its transaction, or the body ended the transaction itself.
    case transactionEnded
    /// A statement of the transaction failed, its error was swallowed, and so there was nothing left to commit.
    case transactionAborted

    /// Whether trying again later can help, as with a server that is starting up.
    public var isTransient: Bool {
        switch self {
        case .unreachable, .lost, .timedOut: true
        case .invalidSettings, .closed, .serverTooOld, .transactionEnded, .transactionAborted: false
        }
    }
}

extension ConnectionError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreachable(let reason):
            "the database is not reachable: \(reason.asSentence) Check that the server runs, and host, port, database, user "
                + "and password of the connection string"
        case .invalidSettings(let reason):
            "the connection string can't be used: \(reason.asSentence) It is a URI (postgresql://user@host:5432/database) or "
                + "a list of key=value (host=… port=… dbname=… user=…)"
        case .lost(let reason):
            "the connection to the database was lost: \(reason.asSentence) What was not committed is undone; try again"
        case .timedOut(let statement, let limit):
            "\(statement.map { "the statement \"\($0)\"" } ?? "a statement") took longer than \(limit.shortText) "
                + "and was cancelled"
        case .closed: "the connection is closed"
        case .serverTooOld(let found, let minimum):
            "the server is PostgreSQL \(Self.versionText(found)), and pgradient needs \(Self.versionText(minimum)) "
                + "or newer: upgrade the server or use another one"
        case .transactionEnded:
            "the transaction this statement belonged to has already ended: a task outlived it, or its body ran "
                + "COMMIT or ROLLBACK itself"
        case .transactionAborted:
            "nothing was committed: a statement of the transaction had failed and its error was swallowed. Let the "
                + "error leave the transaction, or put the statement in a nested transaction"
        }
    }

    /// 150018 → `15.18`, 140000 → `14`.
    static func versionText(_ number: Int) -> String {
        let (major, minor) = (number / 10_000, number % 10_000)
        if major < 10 { return "\(major).\(minor / 100).\(minor % 100)" }
        return minor == 0 ? "\(major)" : "\(major).\(minor)"
    }
}

extension Duration {
    /// `2 s`, `1.5 s`, `250 ms`.
    var shortText: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        let tenths = (milliseconds + 50) / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
