import Foundation
import JSONTree

/// A Python program that takes turns with us: a line of JSON is a task, a line of JSON the answer.
final class Peer: Sendable {
    private let script: String
    private let process = Process()
    private let tasks = Pipe()
    private let answers = Pipe()

    init(_ script: String) async throws {
        self.script = script
        let environment = try await PythonEnvironment.prepare()
        process.executableURL = URL(fileURLWithPath: environment.python)
        process.arguments = ["-B", "\(Places.peers)/\(script)"]
        process.standardInput = tasks
        process.standardOutput = answers
        try process.run()
    }

    func ask(_ task: JSON) async throws -> JSON {
        try tasks.fileHandleForWriting.write(contentsOf: Data((task.compact + "\n").utf8))
        let line = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.line()) }
        }
        guard !line.isEmpty else { throw BenchmarkError("\(script) ended; its reason is above") }
        return try JSON(parsing: line)
    }

    /// The `milliseconds` of an answer.
    func time(_ task: JSON) async throws -> Double {
        guard let time = try await ask(task)["milliseconds"]?.doubleValue else {
            throw BenchmarkError("\(script) told no milliseconds")
        }
        return time
    }

    /// Ends it: it stops when its input does.
    func end() {
        try? tasks.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// An answer is a line, and the next one comes only when it is asked for.
    private func line() -> [UInt8] {
        var line: [UInt8] = []
        while case let data = answers.fileHandleForReading.availableData, !data.isEmpty {
            line += data
            if line.last == UInt8(ascii: "\n") { return line }
        }
        return []
    }
}

extension Laboratory {
    /// Runs a peer for the body.
    func withPeer<T>(_ script: String, _ body: (Peer) async throws -> T) async throws -> T {
        let peer = try await Peer(script)
        defer { peer.end() }
        return try await body(peer)
    }
}
