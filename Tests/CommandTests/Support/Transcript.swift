import Synchronization
import TestSupport

/// What a program has written so far; tests wait for what they want to read.
final class Transcript: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isComplete = false
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())

    var text: String { String(decoding: state.withLock(\.bytes), as: UTF8.self) }

    func append(_ bytes: ArraySlice<UInt8>) { change { $0.bytes += bytes } }

    /// Nothing more will come.
    func complete() { change { $0.isComplete = true } }

    /// The first whole line that contains `part`.
    func line(containing part: String, within limit: Duration = .seconds(120)) async throws -> String {
        let changes = changes()
        return try await TestSupport.within(limit, "\"\(part)\" in:\n\(self.text)") {
            for await _ in changes {
                if let line = self.firstLine(containing: part) { return line }
                if self.state.withLock(\.isComplete) { break }
            }
            throw Late(description: "the program ended without \"\(part)\":\n\(self.text)")
        }
    }

    /// Everything, once the program has closed its end.
    func whole(within limit: Duration = .seconds(120)) async throws -> String {
        let changes = changes()
        return try await TestSupport.within(limit, "the end of:\n\(self.text)") {
            for await _ in changes where self.state.withLock(\.isComplete) { break }
            return self.text
        }
    }

    private func firstLine(containing part: String) -> String? {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .first { $0.contains(part) }.map(String.init)
    }

    /// A stream that says at once, and after every change, that it is worth looking.
    private func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.nextID += 1
            state.listeners[state.nextID] = continuation
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.listeners[id] = nil } }
        continuation.yield()
        return stream
    }

    private func change(_ body: (inout State) -> Void) {
        let listeners = state.withLock { state in
            body(&state)
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.yield() }
    }
}
