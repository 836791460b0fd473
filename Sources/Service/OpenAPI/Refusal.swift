import JSONTree

/// The ways in which a request is refused, by status: problem documents all of them.
enum Refusal: Int, CaseIterable {
    case badRequest = 400
    case unauthorized = 401
    case forbidden = 403
    case notFound = 404
    case methodNotAllowed = 405
    case notAcceptable = 406
    case requestTimeout = 408
    case conflict = 409
    case contentTooLarge = 413
    case targetTooLong = 414
    case unsupportedMediaType = 415
    case misdirected = 421
    case unprocessable = 422
    case tooMany = 429
    case headerTooLarge = 431
    case internalError = 500
    case notImplemented = 501
    case unavailable = 503
    case versionNotSupported = 505
    case noSpace = 507

    /// Its name in the document.
    var name: String { "Problem\(rawValue)" }

    private var description: String {
        switch self {
        case .badRequest: "Not a request that can be read: malformed HTTP, malformed JSON, a header field out of range."
        case .unauthorized: "The daemon wants a token, and there is none or a wrong one."
        case .forbidden: "The request comes from a page of another origin."
        case .notFound: "There is no such run or epoch."
        case .methodNotAllowed: "Not with this method."
        case .notAcceptable: "In none of the forms that the Accept field takes."
        case .requestTimeout: "The request took too long to come."
        case .conflict: "Not in the state that the run is in."
        case .contentTooLarge: "The body is too long."
        case .targetTooLong: "The address is too long."
        case .unsupportedMediaType: "The body is no JSON by its Content-Type."
        case .misdirected: "The Host field names another host."
        case .unprocessable: "Understood, but not possible: an option is unknown, wrong, or does not fit the others."
        case .tooMany: "Too many runs of this client are waiting."
        case .headerTooLarge: "The header fields are too long."
        case .internalError: "A fault of the daemon or the database."
        case .notImplemented: "A part of HTTP that this daemon does not have."
        case .unavailable: "The database can't be reached, or the daemon is starting, stopping or full."
        case .versionNotSupported: "Another version of HTTP."
        case .noSpace: "The database server has no disk space left."
        }
    }

    private var headers: [HeaderField] {
        switch self {
        case .unauthorized: [.authenticate]
        case .methodNotAllowed: [.allow]
        case .unsupportedMediaType: [.accept]
        case .unavailable, .tooMany: [.retryAfter]
        default: []
        }
    }

    /// What may become of any request.
    static let always: Set<Refusal> = [
        .badRequest, .unauthorized, .forbidden, .misdirected, .methodNotAllowed, .notAcceptable, .requestTimeout,
        .contentTooLarge,
        .targetTooLong, .unprocessable, .headerTooLarge, .internalError, .notImplemented, .unavailable,
        .versionNotSupported,
    ]

    /// What may become of a request whose body is read.
    static let withBody: Set<Refusal> = [.unsupportedMediaType]

    var json: JSON {
        Answer(
            status: rawValue,
            description: description,
            content: [(.problem, .component(.problem))],
            headers: headers
        ).json
    }
}
