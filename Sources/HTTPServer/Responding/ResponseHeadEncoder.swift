import HTTPTypes

/// Status line and header fields as bytes.
enum ResponseHeadEncoder {
    /// How the client finds the end of the body.
    enum Framing: Equatable {
        case length(Int)
        case chunked
        case untilClose
        /// A status that never has a body (RFC 9110, 6.4.1).
        case none
    }

    /// What the Connection field says.
    enum Persistence {
        case implied
        case keepAlive
        case close
    }

    static func encode(
        status: HTTPResponse.Status,
        fields: HTTPFields,
        framing: Framing,
        persistence: Persistence,
        date: String
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: "HTTP/1.1 \(status.code) ".utf8)
        append(clean: reason(status), to: &bytes)
        append("\r\nDate: \(date)\r\n", to: &bytes)
        switch framing {
        case .length(let length): append("Content-Length: \(length)\r\n", to: &bytes)
        case .chunked: append("Transfer-Encoding: chunked\r\n", to: &bytes)
        case .untilClose, .none: break
        }
        switch persistence {
        case .implied: break
        case .keepAlive: append("Connection: keep-alive\r\n", to: &bytes)
        case .close: append("Connection: close\r\n", to: &bytes)
        }
        for field in fields where !ours.contains(field.name) {
            append("\(field.name.rawName): ", to: &bytes)
            append(clean: field.value, to: &bytes)
            append("\r\n", to: &bytes)
        }
        append("\r\n", to: &bytes)
        return bytes
    }

    /// Fields that only the server knows the truth of.
    private static let ours: Set<HTTPField.Name> = [.contentLength, .transferEncoding, .connection, .date]

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Every control byte becomes a space: whatever a value was made of, it cannot end its line.
    /// HTTPTypes promises the same; this is the place where it matters.
    static func append(clean text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 { bytes.append(byte.isFieldContent ? byte : .space) }
    }

    /// HTTPTypes gives a status made from a bare number no phrase.
    private static func reason(_ status: HTTPResponse.Status) -> String {
        status.reasonPhrase.isEmpty ? reasons[status.code] ?? "" : status.reasonPhrase
    }

    private static let reasons: [Int: String] = {
        let statuses: [HTTPResponse.Status] = [
            .ok, .created, .accepted, .noContent, .seeOther, .notModified, .badRequest, .unauthorized, .forbidden,
            .notFound, .methodNotAllowed, .notAcceptable, .requestTimeout, .conflict, .gone, .preconditionFailed,
            .unsupportedMediaType, .unprocessableContent, .tooManyRequests, .internalServerError, .serviceUnavailable,
        ]
        return Dictionary(statuses.map { ($0.code, $0.reasonPhrase) }, uniquingKeysWith: { first, _ in first })
    }()
}
