/// How much of anything one client, and all clients together, may take from the server.
///
/// Sizes are bytes. Times that name a part of a request are totals from its first byte: a sender that drips one
/// byte now and then does not move them.
public struct Limits: Sendable {
    /// The defaults of every property below.
    public static let `default` = Limits()

    /// Longest request line without its line end; above it 414.
    public var requestLineBytes = 8 * 1024
    /// All field lines of one header (or trailer) section, line ends included; above it 431.
    public var headerBytes = 16 * 1024
    /// Most field lines of one header (or trailer) section; above it 431.
    public var headerFields = 100
    /// Longest body after decoding; above it 413.
    public var bodyBytes = 1024 * 1024
    /// Longest line that announces a chunk, extensions included; above it 400.
    public var chunkLineBytes = 256
    /// Request bytes held for all connections together (bodies being read or answered); above it 503.
    public var totalRequestBytes = 64 * 1024 * 1024

    /// From a request's first byte, or from the connection's start, to the end of its header; after it 408.
    public var headerTime: Duration = .seconds(10)
    /// From the end of the header to the end of the body; after it 408.
    public var bodyTime: Duration = .seconds(30)
    /// How long a connection is kept between two requests.
    public var idleTime: Duration = .seconds(60)
    /// How long a client may take nothing of what waits for it before it is cut off.
    public var writeStallTime: Duration = .seconds(30)
    /// How long the server, having said its last word, waits for the client to hang up, so that the client can
    /// read the answer (RFC 9112, 9.6).
    public var lingerTime: Duration = .seconds(2)
    /// How long a stream to a client that has finished sending may be silent before the client counts as gone,
    /// and after how long a running handler's client is asked whether it still listens.
    public var halfClosedTime: Duration = .seconds(1)
    /// How long accepting rests when the process has no descriptor left.
    public var acceptPause: Duration = .milliseconds(250)

    /// Most connections served at a time; above it 503 with Retry-After.
    public var connections = 1024
    /// Connections beyond `connections` that are kept for as long as it takes to read their 503.
    public var refusedConnections = 64
    /// Unsent bytes of one stream above which its writer is suspended.
    public var streamBufferBytes = 64 * 1024
    /// Seconds a client is asked to wait in the Retry-After of a 503.
    public var retryAfterSeconds = 1

    public init() {}
}
