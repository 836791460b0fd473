/// One request that is being answered.
struct Exchange: Sendable {
    let version: HTTPVersion
    /// Only the header is sent.
    let isHead: Bool
    /// Whether the connection may serve another request afterwards.
    var keepAlive: Bool
    /// Size of the body that its handler holds.
    let requestBytes: Int
    /// An interim answer has asked a half-closed client whether it still listens.
    var hasProbed = false

    /// What is known when a request is refused before its header was understood.
    static let refused = Exchange(version: .http11, isHead: false, keepAlive: false, requestBytes: 0)

    init(version: HTTPVersion, isHead: Bool, keepAlive: Bool, requestBytes: Int) {
        self.version = version
        self.isHead = isHead
        self.keepAlive = keepAlive
        self.requestBytes = requestBytes
    }

    init(head: RequestHead, requestBytes: Int) {
        self.init(
            version: head.version,
            isHead: head.method == .head,
            keepAlive: head.keepAlive,
            requestBytes: requestBytes
        )
    }
}
