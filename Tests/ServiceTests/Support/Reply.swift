import HTTPServer
import HTTPTypes
import JSONTree
import Synchronization
import Testing

/// An answer with its body read to the end.
struct Reply: Sendable {
    let status: Int
    let fields: HTTPFields
    let text: String
    /// What a stream threw at its end.
    let failure: (any Error)?

    init(_ response: HTTPServerResponse) async {
        status = response.status.code
        fields = response.headerFields
        switch response.body {
        case .bytes(let bytes): (text, failure) = (String(decoding: bytes, as: UTF8.self), nil)
        case .stream(let write):
            let written = Mutex<[UInt8]>([])
            do {
                try await write(ResponseWriter { bytes in written.withLock { $0 += bytes } })
                failure = nil
            } catch {
                failure = error
            }
            text = String(decoding: written.withLock { $0 }, as: UTF8.self)
        }
    }

    /// The body as JSON, which it must be.
    var json: JSON {
        get throws { try JSON(parsing: text.utf8) }
    }

    /// Names of the document's members in their order.
    var names: [String] {
        get throws { try #require(try json.objectValue).keys.elements }
    }

    /// The lines of an NDJSON body.
    var lines: [JSON] {
        get throws { try text.split(separator: "\n").map { try JSON(parsing: $0.utf8) } }
    }

    /// The lines of an event stream, without signs of life: on a busy machine any stream may be silent for a while.
    var events: [JSON] {
        get throws { try lines.filter { $0["event"] != "heartbeat" } }
    }
}

private let titles = [
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    406: "Not Acceptable", 409: "Conflict", 415: "Unsupported Media Type", 421: "Misdirected Request",
    422: "Unprocessable Content", 429: "Too Many Requests", 501: "Not Implemented", 503: "Service Unavailable",
]

/// Checks an RFC 9457 document whole.
func expectProblem(
    _ reply: Reply,
    _ status: Int,
    _ code: String,
    field: String? = nil,
    detail: String? = nil,
    hasHint: Bool? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(reply.status == status, "\(reply.text)", sourceLocation: sourceLocation)
    #expect(reply.fields[.contentType] == "application/problem+json", sourceLocation: sourceLocation)
    let json = try reply.json
    let order = ["type", "title", "status", "detail", "code", "field", "hint", "sqlstate"]
    let names = try reply.names
    #expect(names == order.filter(names.contains), "\(names)", sourceLocation: sourceLocation)
    #expect(names.starts(with: order.prefix(5)), sourceLocation: sourceLocation)
    #expect(json["type"] == "about:blank", sourceLocation: sourceLocation)
    #expect(json["title"]?.stringValue == titles[status], sourceLocation: sourceLocation)
    #expect(json["status"]?.intValue == status, sourceLocation: sourceLocation)
    #expect(json["code"]?.stringValue == code, sourceLocation: sourceLocation)
    #expect(json["field"]?.stringValue == field, sourceLocation: sourceLocation)
    if let detail {
        #expect(json["detail"]?.stringValue?.contains(detail) == true, "\(reply.text)", sourceLocation: sourceLocation)
    }
    if let hasHint { #expect((json["hint"] != nil) == hasHint, "\(reply.text)", sourceLocation: sourceLocation) }
}
