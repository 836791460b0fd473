import Foundation
import JSONTree
import TestSupport
import Testing

/// `pgradient serve` on a database of the test's own.
final class Daemon: Sendable {
    let port: Int
    private let child: Child

    /// Starts it on a free port, or on one that another has had, and waits until requests are let in.
    init(_ database: String, port: Int = 0, token: String? = nil) async throws {
        let runner = try #require(realpath("/proc/self/exe", nil))
        defer { free(runner) }
        // SwiftPM puts executables beside the test runner.
        let folder = URL(fileURLWithPath: String(cString: runner)).deletingLastPathComponent().path
        let child = try Child(
            token.map { "PGRADIENT_TOKEN='\($0)' exec \"$@\" 2>&1" } ?? #"exec "$@" 2>&1"#,
            ["\(folder)/pgradient", "serve", "--listen", "127.0.0.1:\(port)", "--database-url", database]
        )
        self.child = child
        self.port = try await offPool {
            var said = ""
            while !said.contains(" ready ") {
                guard let bytes = child.receive() else {
                    throw TestServerError(what: "the daemon ended; it said:\n\(said)")
                }
                said += String(decoding: bytes, as: UTF8.self)
            }
            let line = said.split(separator: "\n").first { $0.contains("listens on") }
            return try #require(line?.split(separator: ":").last.flatMap { Int($0) }, "\(said)")
        }
        // What it says further is read so that it can go on saying it.
        Thread.detachNewThread { while child.receive() != nil {} }
    }

    // The thread that reads holds the child until it has ended.
    deinit { child.kill() }

    /// Ends it at once.
    func stop() { child.kill() }

    /// Where its page is.
    var address: String { "http://127.0.0.1:\(port)/" }

    /// One request.
    func ask(_ method: String, _ target: String, _ body: String? = nil, fields: [String: String] = [:]) async throws
        -> Visitor.Answer
    {
        try await offPool { [port] in
            var fields = fields
            if body != nil { fields["Content-Type"] = "application/json" }
            return try Visitor(port: port).ask(method, target, body, fields: fields)
        }
    }

    /// A run as it stands.
    func run(_ id: Int) async throws -> JSON { try JSON(parsing: try await ask("GET", "/train/\(id)").body.utf8) }

    /// Starts a run.
    /// - Returns: its number.
    func train(_ body: String) async throws -> Int {
        let answer = try await ask("POST", "/train", body)
        try #require(answer.status == 202, "\(answer)")
        return try #require(try JSON(parsing: answer.body.utf8)["id"]?.intValue)
    }

    /// Starts a run and waits for its end: the stream of its events ends with it.
    func trained(_ body: String) async throws -> Int {
        let run = try await train(body)
        let events = try await ask("GET", "/train/\(run)/events", fields: ["Accept": "application/x-ndjson"])
        try #require(events.body.contains(#""event":"end""#), "\(events.body.suffix(300))")
        return run
    }
}
