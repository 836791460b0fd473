/// What a statement is for: few enough kinds to be labels.
enum StatementKind: String, CaseIterable {
    /// Iterations; where one statement does both, their recording too.
    case train
    /// Recording apart.
    case record
    /// Measuring on rows that are held out.
    case validate
    /// Measuring the last parameters.
    case measure
    /// BEGIN, COMMIT, ROLLBACK.
    case transaction
    case connect
    case other

    /// - Parameter name: as connections name it: the kind and a number for prepared ones.
    init(named name: String?) {
        switch name {
        case "begin", "commit", "rollback": self = .transaction
        case "connect": self = .connect
        case let name?:
            let prefix = name.prefix { $0 != "_" }
            let prepared: [StatementKind] = [.train, .record, .validate, .measure]
            self = prepared.first { prefix.count < name.count && $0.rawValue == prefix } ?? .other
        case nil: self = .other
        }
    }
}
