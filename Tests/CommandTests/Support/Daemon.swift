import Foundation
import JSONTree
import TestSupport
import Testing

/// `pgradient serve` and a way to talk to it.
final class Daemon: Sendable {
    let program: Program
    let port: Int

    /// Starts a daemon on a free port and waits until it says where it listens.
    init(_ arguments: [String], environment: [String: String] = [:], closed: Int32? = nil) async throws {
        program = try Program(
            ["serve", "--listen", "127.0.0.1:0"] + arguments,
            environment: environment,
            closed: closed
        )
        // The log says it too, should nobody read standard output.
        let line =
            closed == 1
            ? try await program.error.line(containing: "listening")
            : try await program.output.line(containing: "listens")
        port = try #require(Int(line.split(separator: ":").last ?? ""), "\(line)")
    }

    /// Waits until requests are let in.
    @discardableResult
    func ready() async throws -> Daemon {
        _ = try await program.error.line(containing: " ready ")
        return self
    }

    /// One request on a connection of its own.
    func ask(
        _ method: String,
        _ target: String,
        _ body: String? = nil,
        fields: [String: String] = [:]
    ) async throws -> Visitor.Answer {
        try await offPool { [port] in try Visitor(port: port).ask(method, target, body, fields: fields) }
    }

    /// A run as the daemon shows it.
    func run(_ id: Int) async throws -> JSON {
        try JSON(parsing: try await ask("GET", "/train/\(id)").body.utf8)
    }

    /// Starts a run.
    /// - Returns: its number.
    func train(_ body: String) async throws -> Int {
        let answer = try await ask("POST", "/train", body)
        try #require(answer.status == 202, "\(answer)")
        return try #require(try JSON(parsing: answer.body.utf8)["id"]?.intValue)
    }

    /// Reads a run's events, one JSON document per line, until `isEnough` says so or the stream ends.
    @discardableResult
    func events(of run: Int, until isEnough: @escaping @Sendable (JSON) -> Bool = { _ in false }) async throws -> [JSON]
    {
        try await offPool { [port] in
            let visitor = try Visitor(port: port)
            try visitor.send("GET", "/train/\(run)/events", fields: ["Accept": "application/x-ndjson"])
            _ = try visitor.head()
            var events: [JSON] = []
            var rest = ""
            while let chunk = try visitor.chunk() {
                var lines = (rest + chunk).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                rest = lines.removeLast()
                for line in lines {
                    let event = try JSON(parsing: line.utf8)
                    events.append(event)
                    if isEnough(event) { return events }
                }
            }
            return events
        }
    }

    /// Asks it to stop and waits for its end.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM) async throws -> Program.Ending {
        program.send(signal)
        return try await program.finish()
    }
}

extension JSON {
    /// The epoch of a metrics event.
    var epoch: Int? { self["event"]?.stringValue == "metrics" ? self["epoch"]?.intValue : nil }
}
