import HTTPTypes

/// A complete request, as a handler sees it. It has passed the parser: every property is well formed.
public struct HTTPServerRequest: Sendable {
    public var method: HTTPRequest.Method
    /// The decoded path. `/a%2Fb` and `/a/b` read the same here; route by `pathSegments`.
    public var path: String
    /// What stands between the slashes, each decoded by itself: none for `/`, `["a", ""]` for `/a/`.
    /// `.` and `..` are ordinary segments, nothing is collapsed: route by exact match and they lead nowhere.
    public var pathSegments: [String]
    /// The query in order of appearance, decoded, `+` read as a space; a name may repeat.
    public var query: [(name: String, value: String)]
    public var headerFields: HTTPFields
    /// The Host field, or the authority of an absolute target (both, when given, are the same); nil only with HTTP/1.0.
    public var host: String?
    /// The whole body, chunks already joined.
    public var body: [UInt8]
    /// Address and port of the client; `unix:` and the number of the client's user on a unix socket.
    public var remoteAddress: String

    /// Whom to count as one client: the address without the port (of IPv6 its first half, for a machine has many
    /// addresses there), or the user on a unix socket. Behind a proxy all clients are the proxy.
    public var client: String {
        guard !remoteAddress.hasPrefix("unix:"), let colon = remoteAddress.lastIndex(of: ":") else {
            return remoteAddress
        }
        let host = remoteAddress[..<colon].trimmingPrefix("[")
        return IPAddress(String(host.last == "]" ? host.dropLast() : host))?.client ?? remoteAddress
    }

    /// Whether only the header of the answer is wanted. Answer as for GET: the server leaves the body out.
    public var isHead: Bool { method == .head }

    /// A request made by hand, for tests of a handler.
    public init(
        method: HTTPRequest.Method = .get,
        path: String = "/",
        query: [(name: String, value: String)] = [],
        headerFields: HTTPFields = [:],
        host: String? = "localhost",
        body: [UInt8] = [],
        remoteAddress: String = "unix:"
    ) {
        self.method = method
        self.path = path
        self.pathSegments =
            path.dropFirst().isEmpty
            ? [] : path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        self.query = query
        self.headerFields = headerFields
        self.host = host
        self.body = body
        self.remoteAddress = remoteAddress
    }

    init(head: RequestHead, body: [UInt8], remoteAddress: String) {
        method = head.method
        path = head.target.path
        pathSegments = head.target.segments
        query = head.target.query
        headerFields = head.fields
        host = head.host
        self.body = body
        self.remoteAddress = remoteAddress
    }
}
