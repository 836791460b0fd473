import HTTPTypes

/// The forms in which answers can be had.
enum MediaType: String, Hashable, CaseIterable {
    case json = "application/json"
    case csv = "text/csv"
    case ndjson = "application/x-ndjson"
    case plainText = "text/plain"
    case eventStream = "text/event-stream"
    case html = "text/html"
    case problem = "application/problem+json"

    /// As the field of an answer has it; text says in which encoding.
    var contentType: String {
        switch self {
        case .json, .ndjson, .eventStream, .problem: rawValue
        case .csv, .plainText, .html: rawValue + "; charset=utf-8"
        }
    }

    var type: Substring { rawValue.prefix { $0 != "/" } }
    var subtype: Substring { rawValue.drop { $0 != "/" }.dropFirst() }
}
