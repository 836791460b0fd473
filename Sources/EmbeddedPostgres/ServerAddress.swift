import Glibc

/// How a client names the server.
struct ServerAddress: Sendable {
    let socketDirectory: String

    /// A libpq conninfo string (manual, 34.1.1.1: quotes and backslashes are escaped by a backslash).
    var conninfo: String {
        "host=\(Self.conninfoQuoted(socketDirectory)) port=\(SocketDirectory.port) "
            + "user=\(ServerControl.superuser) dbname=\(ServerControl.superuser)"
    }

    /// A shell line; every part is named, so that no `PG…` variable changes where it goes.
    func psqlCommand(installation: Installation, path: String? = environmentVariable("PATH")) -> String {
        let isOnPath = (path ?? "").split(separator: ":").contains { isExecutable($0 + "/psql") }
        let program = isOnPath ? "psql" : Self.shellQuoted(installation.tool("psql"))
        return "\(program) -h \(Self.shellQuoted(socketDirectory)) -p \(SocketDirectory.port) "
            + "-U \(ServerControl.superuser) -d \(ServerControl.superuser)"
    }

    static func conninfoQuoted(_ value: String) -> String {
        guard value.contains(where: { $0 == "'" || $0 == "\\" || $0.isWhitespace }) else { return value }
        return "'" + value.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "'"
    }

    static func shellQuoted(_ word: String) -> String {
        let isPlain = word.allSatisfy { character in
            character.isASCII && (character.isLetter || character.isNumber || "/._-+@%:=,".contains(character))
        }
        return isPlain && !word.isEmpty ? word : "'" + word.map { $0 == "'" ? "'\\''" : "\($0)" }.joined() + "'"
    }
}
