import HTTPTypes

/// How the end of a request's body is found (RFC 9112, 6.3).
enum BodyFraming: Equatable, Sendable {
    case none
    case length(Int)
    case chunked

    /// The one framing that these fields say, refusing whatever two readers could take for two.
    init(method: HTTPRequest.Method, version: HTTPVersion, fields: HTTPFields, limits: Limits) throws(RequestFault) {
        let lengths = fields[values: .contentLength]
        let codings = fields[values: .transferEncoding]
        if !codings.isEmpty {
            guard lengths.isEmpty else {
                throw .malformed("Content-Length and Transfer-Encoding must not stand together")
            }
            guard version == .http11 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding") }
            try Self.requireChunked(codings)
            self = .chunked
        } else if let length = lengths.first {
            guard lengths.count == 1 else { throw .malformed("there is more than one Content-Length") }
            self = .length(try Self.length(length, limits: limits))
        } else if [.post, .put, .patch].contains(method), Self.announcesBody(fields) {
            throw .lengthRequired
        } else {
            // A request without framing has no body (RFC 9112, 6.3), as `curl -X POST` sends it.
            self = .none
        }
    }

    /// Whether fields speak of a body whose end nothing tells.
    private static func announcesBody(_ fields: HTTPFields) -> Bool {
        fields[.contentType] != nil || fields[.contentEncoding] != nil || fields[.expect] != nil
    }

    /// Digits only; a number too large for an `Int` is too large for any body.
    private static func length(_ text: String, limits: Limits) throws(RequestFault) -> Int {
        guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit) else {
            throw .malformed("Content-Length is not a number of digits only")
        }
        guard let length = Int(text), length <= limits.bodyBytes else { throw .bodyTooLarge(limit: limits.bodyBytes) }
        return length
    }

    private static func requireChunked(_ values: [String]) throws(RequestFault) {
        let codings = values.flatMap {
            Array($0.utf8).split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        }
        .map(\.trimmed)
        guard codings.allSatisfy({ !$0.isEmpty }) else { throw .malformed("Transfer-Encoding has an empty member") }
        if codings.count == 1, codings[0].equalsIgnoringCase("chunked") { return }
        guard !codings.dropLast().contains(where: { $0.equalsIgnoringCase("chunked") }) else {
            throw .malformed("chunked must be the last and only transfer coding")
        }
        throw .unknownTransferCoding
    }
}
