import Foundation
import HTTPServer

/// Shell lines that lead from here to the same database and daemon again.
struct Invocation {
    /// `pgradient serve` as it has to be called.
    let serve: String
    /// `psql` on the database.
    let psql: String
    /// Where the daemon will answer.
    private let base: String
    private let curlFlags: String
    /// What makes `curl` wait for a daemon that is only just starting.
    private let patience: String

    init(_ options: GlobalOptions, _ settings: Settings, _ backend: Backend) throws {
        let given = [("--database-url", options.databaseURL), ("--data-dir", options.dataDirectory)]
        var flags = given.compactMap { name, value in value.map { " \(name) \(Self.quoted($0))" } }.joined()
        var curlFlags = ""
        switch try settings.listenAddress() {
        case .unix(let path):
            base = "localhost"
            curlFlags += " --unix-socket \(Self.quoted(path))"
            // The socket is not there yet, which is no refusal.
            patience = " --retry 10 --retry-all-errors"
        case .tcp(_, port: 0):
            // Nobody knows yet which port that will be.
            base = "localhost:8080"
            patience = Self.patience
            flags += " --listen 127.0.0.1:8080"
        case .tcp(let host, let port):
            patience = Self.patience
            let isHere = ["127.0.0.1", "localhost", "0.0.0.0"].contains(host)
            base = isHere ? "localhost:\(port)" : "\(ListenAddress.tcp(host: host == "::" ? "::1" : host, port: port))"
        }
        if let file = settings.tokenFile {
            curlFlags += " -H \"Authorization: Bearer $(cat \(Self.quoted(file)))\""
        } else if settings.token != nil {
            curlFlags += " -H \"Authorization: Bearer $PGRADIENT_TOKEN\""
        }
        self.curlFlags = curlFlags
        serve = Self.quoted(CommandLine.arguments.first ?? "pgradient") + " serve" + flags
        let variable = "PGRADIENT_DATABASE_URL"
        let isVariable = options.databaseURL == nil && ProcessInfo.processInfo.environment[variable] != nil
        // A URL from the environment stays there: it may hold a password.
        let url = isVariable ? "\"$\(variable)\"" : Self.quoted(settings.databaseURL ?? "")
        psql = backend.privatePsql ?? "psql \(url)"
    }

    private static let patience = " --retry 10 --retry-connrefused"

    /// A `curl` line.
    /// - Parameters:
    ///   - waits: until the daemon is there.
    ///   - body: what to send, if anything.
    func curl(_ path: String, waits: Bool = false, posting body: String? = nil) -> String {
        let method = body == nil ? "" : " -X POST"
        let data = body.map { " -d \(Self.quoted($0))" } ?? ""
        return "curl\(waits ? patience : "")\(curlFlags)\(method) \(Self.quoted(base + path))\(data)"
    }

    /// The text as one word of a shell.
    static func quoted(_ text: String) -> String {
        let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-:@=%+,".contains($0)) }
        return isPlain && !text.isEmpty ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
