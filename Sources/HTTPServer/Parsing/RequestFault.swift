import HTTPTypes

/// Why a request is refused before any handler sees it.
///
/// After a fault the position in the byte stream is not trusted any more: the connection is closed.
enum RequestFault: Error, Equatable {
    /// The bytes are not a request as RFC 9112 has it.
    case malformed(String)
    case timedOut(waitingFor: RequestPart)
    case lengthRequired
    case bodyTooLarge(limit: Int)
    case targetTooLong(limit: Int)
    case unknownExpectation
    case headerTooLarge(limit: Int)
    case tooManyFields(limit: Int)
    case unknownTransferCoding
    case unsupportedVersion
    case tooManyConnections
    case tooManyRequestBytes

    enum RequestPart: String {
        case header
        case body
    }

    /// The status that answers it.
    var status: HTTPResponse.Status {
        switch self {
        case .malformed: .badRequest
        case .timedOut: .requestTimeout
        case .lengthRequired: .lengthRequired
        case .bodyTooLarge: .contentTooLarge
        case .targetTooLong: .uriTooLong
        case .unknownExpectation: .expectationFailed
        case .headerTooLarge, .tooManyFields: .requestHeaderFieldsTooLarge
        case .unknownTransferCoding: .notImplemented
        case .unsupportedVersion: .httpVersionNotSupported
        case .tooManyConnections, .tooManyRequestBytes: .serviceUnavailable
        }
    }

    /// One sentence for the client: what was wrong and what would be right. Never holds bytes of the request.
    var detail: String {
        switch self {
        case .malformed(let why):
            "The request is malformed: \(why)."
        case .timedOut(let part):
            "The \(part.rawValue) of the request did not arrive in time."
        case .lengthRequired:
            "The request announces a body and needs a Content-Length, or Transfer-Encoding: chunked."
        case .bodyTooLarge(let limit):
            "The body is larger than \(limit) bytes."
        case .targetTooLong(let limit):
            "The request line is longer than \(limit) bytes."
        case .unknownExpectation:
            "The only expectation this server knows is 100-continue."
        case .headerTooLarge(let limit):
            "The header fields take more than \(limit) bytes."
        case .tooManyFields(let limit):
            "There are more than \(limit) header fields."
        case .unknownTransferCoding:
            "The only transfer coding this server knows is chunked."
        case .unsupportedVersion:
            "This server speaks HTTP/1.1 and HTTP/1.0."
        case .tooManyConnections:
            "The server has as many connections as it may. Try again shortly."
        case .tooManyRequestBytes:
            "The server holds as many request bodies as it may. Try again shortly."
        }
    }
}
