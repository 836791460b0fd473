import Foundation
import HTTPServer
import HTTPTypes
import JSONTree
import Synchronization
import TestSupport
import Testing

/// The client's end of a stream, which takes what comes only while it is open.
final class Tap: Sendable {
    private struct State {
        var text = ""
        var isOpen = true
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// Writes that are not taken yet.
        var pending = 0
        var listeners: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())
    private let task = Mutex<Task<(any Error)?, Never>?>(nil)

    var text: String { state.withLock(\.text) }

    /// The events so far, without what opens an SSE stream and keeps it alive.
    var events: [JSON] { get throws { try Self.events(text) } }

    /// The epoch of the newest event.
    var newest: Int? {
        get throws {
            let tail = state.withLock { String(decoding: $0.text.utf8.suffix(1000), as: UTF8.self) }
            let whole = tail.split(separator: "\n").dropFirst(text.utf8.count > 1000 ? 1 : 0).joined(separator: "\n")
            return try Self.events(whole).last?["epoch"]?.intValue
        }
    }

    private static func events(_ text: String) throws -> [JSON] {
        try text.components(separatedBy: "\n").compactMap { line in
            let data = line.hasPrefix("data: ") ? String(line.dropFirst(6)) : line
            return data.hasPrefix("{") ? try JSON(parsing: data.utf8) : nil
        }
    }

    /// Begins to read an answer's stream.
    init(_ response: HTTPServerResponse) throws {
        guard case .stream(let write) = response.body else { throw TestServerError(what: "the answer is no stream") }
        let writer = ResponseWriter { [weak self] bytes in
            await self?.take(bytes)
            try Task.checkCancellation()
        }
        task.withLock {
            $0 = Task {
                do {
                    try await write(writer)
                    return nil
                } catch {
                    return error
                }
            }
        }
    }

    /// Takes nothing from now on.
    func close() { state.withLock { $0.isOpen = false } }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for writer in waiting { writer.resume() }
    }

    /// Hangs up and waits until the stream has noticed.
    func hangUp() async {
        task.withLock { $0 }?.cancel()
        open()
        _ = await end()
    }

    /// What the stream threw at its end, if anything.
    func end() async -> (any Error)? { await task.withLock { $0 }?.value }

    /// Waits until what was written satisfies the condition.
    func wait(_ what: String, until condition: @escaping @Sendable (Tap) throws -> Bool) async throws {
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.listeners.append(continuation) }
        continuation.yield()
        try await within(.seconds(60), "\(what), in \(self.text.suffix(2000))") {
            for await _ in changes where try condition(self) { return }
        }
    }

    /// Whether somebody waits to be allowed to write.
    var isFull: Bool { state.withLock { !$0.waiting.isEmpty } }

    private func take(_ bytes: [UInt8]) async {
        await withCheckedContinuation { continuation in
            let (isOpen, listeners) = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return (state.isOpen, state.listeners)
            }
            if isOpen { continuation.resume() } else { for listener in listeners { listener.yield() } }
        }
        let listeners = state.withLock { state in
            state.text += String(decoding: bytes, as: UTF8.self)
            return state.listeners
        }
        for listener in listeners { listener.yield() }
    }
}

extension Counter {
    /// Opens a run's stream.
    func watch(_ run: Int, fields: HTTPFields = [:]) async throws -> Tap {
        try Tap(await application.handle(.init(.get, "/train/\(run)/events", fields: fields)))
    }

    /// A run that nobody trains, made to look as if it were.
    func pretended(maxIter: Int) async throws -> Int {
        let (run, _) = try await training.submitAndClaim(["max_iter": .integer(maxIter)], owner: "test")
        return run.id
    }

    /// Records epochs of a run that nobody trains, and tells.
    func record(_ run: Int, _ epochs: ClosedRange<Int>) async throws {
        try await script(
            """
            INSERT INTO pgradient.metrics (run_id, epoch, split, loss, accuracy, learning_rate, duration_ms)
            SELECT \(run), epoch, 'train', 1.0 / (1 + epoch), 0.5, 2, 1.5
            FROM generate_series(\(epochs.lowerBound), \(epochs.upperBound)) AS epoch;
            UPDATE pgradient.runs SET state = 'running', epoch = \(epochs.upperBound + 1) WHERE id = \(run);
            SELECT pg_notify('pgradient', 'progress \(run)')
            """
        )
    }

    /// Ends a run that nobody trains, and tells.
    func finish(_ run: Int) async throws {
        try await script(
            """
            UPDATE pgradient.runs SET state = 'succeeded', stop_reason = 'max_iter', finished_at = clock_timestamp(),
                lease_token = NULL, lease_owner = NULL, lease_expires_at = NULL WHERE id = \(run);
            SELECT pg_notify('pgradient', 'progress \(run)')
            """
        )
    }

    /// Listens for news while the body runs.
    func listening(_ body: () async throws -> Void) async throws {
        let news = Task { await signals.run() }
        do {
            try await body()
        } catch {
            news.cancel()
            await news.value
            throw error
        }
        news.cancel()
        await news.value
    }
}
