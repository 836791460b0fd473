/// The writing end of a streamed response.
public struct ResponseWriter: Sendable {
    private let sink: @Sendable ([UInt8]) async throws -> Void

    /// A writer into something else than a connection, for tests of a stream.
    public init(sink: @escaping @Sendable ([UInt8]) async throws -> Void) {
        self.sink = sink
    }

    /// Sends bytes, and suspends while more than `Limits.streamBufferBytes` wait for the client to take them.
    /// - Throws: `ClientGone` when nobody is there to read, `CancellationError` when the task is cancelled.
    public func write(_ bytes: [UInt8]) async throws {
        if bytes.isEmpty { return }
        try await sink(bytes)
    }
}

/// The client of a stream has gone away, or the server has stopped: nothing more can be written.
public struct ClientGone: Error, CustomStringConvertible {
    public var description: String { "the client of this stream has gone away" }

    public init() {}
}
