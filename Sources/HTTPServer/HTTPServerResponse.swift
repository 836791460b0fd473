import HTTPTypes

/// What a handler answers.
///
/// `Content-Length`, `Transfer-Encoding` and `Date` are the server's business and ignored when set here;
/// `Connection: close` is honoured.
public struct HTTPServerResponse: Sendable {
    public enum Body: Sendable {
        case bytes([UInt8])
        /// Called once the header is on its way, unless only the header was asked for. The stream ends when the
        /// closure returns; when it throws, the connection is cut so that the client sees that something is missing.
        /// It is cancelled when the client goes away and when the server stops.
        case stream(@Sendable (ResponseWriter) async throws -> Void)
    }

    /// A final status, 200 to 599.
    public var status: HTTPResponse.Status
    public var headerFields: HTTPFields
    public var body: Body

    public init(status: HTTPResponse.Status, headerFields: HTTPFields = [:], body: Body = .bytes([])) {
        self.status = status
        self.headerFields = headerFields
        self.body = body
    }
}
