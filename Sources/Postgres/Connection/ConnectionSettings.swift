import CLibPQ

/// Where the database is and how long to try.
public struct ConnectionSettings: Sendable, Hashable {
    /// A libpq URI or list of key=value. May hold a password.
    public let conninfo: String
    /// How long making a connection may take, over all hosts. `connect_timeout` in `conninfo` goes before it.
    /// Name resolution is the C library's and ends by its own limits.
    public let connectTimeout: Duration
    /// Shown in `pg_stat_activity`, unless `conninfo` has its own.
    public let applicationName: String
    /// Is told how long statements take.
    public let observer: StatementObserver?

    /// Takes the settings as they are; `Connection.open` says whether they can be used.
    public init(
        conninfo: String,
        connectTimeout: Duration = .seconds(10),
        applicationName: String = "pgradient",
        observer: StatementObserver? = nil
    ) {
        self.conninfo = conninfo
        self.connectTimeout = connectTimeout
        self.applicationName = applicationName
        self.observer = observer
    }

    /// Oldest server that is served: `client_connection_check_interval` and `pg_stat_progress_copy` came with it.
    public static let minimumServerVersion = 140_000

    /// Whatever `conninfo` says, in libpq's words. Empty values are left out.
    /// - Throws: `ConnectionError.invalidSettings`, without any of the values.
    func parsed() throws(ConnectionError) -> [String: String] {
        guard !conninfo.utf8.contains(0) else { throw .invalidSettings(reason: "it contains a NUL byte") }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(conninfo, &message) else {
            defer { PQfreemem(message) }
            throw .invalidSettings(reason: message.map { Self.masked(String(cString: $0)) } ?? "out of memory")
        }
        defer { PQconninfoFree(options) }
        var found: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val, value.pointee != 0 {
                found[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        try Self.check(found)
        return found
    }

    /// What a password that was not percent-encoded makes of a URI. libpq would quote it when it fails.
    private static func check(_ options: [String: String]) throws(ConnectionError) {
        // An abstract socket begins with @.
        if options["host"]?.dropFirst().contains("@") == true {
            throw .invalidSettings(reason: "there is more than one @: write %40 for one in a user or a password")
        }
        let ports = options["port"]?.split(separator: ",", omittingEmptySubsequences: true) ?? []
        guard ports.allSatisfy({ UInt16($0) != nil }) else {
            throw .invalidSettings(reason: "the port is no number: write %3A for a colon in a user or a password")
        }
    }

    /// libpq quotes what it could not read, and that may be the password, quotes and all: the message ends before the
    /// first quotation that is not punctuation.
    private static func masked(_ message: String) -> String {
        var shown = ""
        for (index, part) in oneLine(message).split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            if index.isMultiple(of: 2) {
                shown += part
            } else if ["=", ":", "/", "]"].contains(part) {
                shown += "\"\(part)\""
            } else {
                return shown + "\"…\""
            }
        }
        return shown
    }
}

extension ConnectionSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Host, port, database and user; never a password.
    public var description: String {
        guard let options = try? parsed() else { return "an unreadable connection string" }
        let shown = ["host", "hostaddr", "port", "dbname", "user", "service"].compactMap { key in
            options[key].map { "\(key)=\($0)" }
        }
        return shown.isEmpty ? "libpq's defaults" : shown.joined(separator: " ")
    }

    public var debugDescription: String { "ConnectionSettings(\(description))" }

    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
