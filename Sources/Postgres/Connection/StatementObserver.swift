/// Is told how long each statement took on the server and on the way, for statistics.
///
/// It hangs on the settings, so that every connection made with them has it.
public final class StatementObserver: Sendable {
    let observe: @Sendable (_ statement: String?, _ duration: Duration) -> Void

    /// - Parameter observe: called on the connection's thread with the statement's name, so it must be quick.
    public init(_ observe: @escaping @Sendable (_ statement: String?, _ duration: Duration) -> Void) {
        self.observe = observe
    }
}

extension StatementObserver: Hashable {
    public static func == (one: StatementObserver, other: StatementObserver) -> Bool { one === other }

    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
