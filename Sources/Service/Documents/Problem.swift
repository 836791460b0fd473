import HTTPServer
import HTTPTypes
import JSONTree
import Training

/// An error as RFC 9457 has it: `application/problem+json`.
public struct Problem: Error, Sendable {
    public let status: HTTPResponse.Status
    /// Stable, for programs.
    public let code: String
    /// What is wrong, for people.
    public let detail: String
    public var field: String?
    public var hint: String?
    public var sqlState: String?
    var headerFields: HTTPFields = [:]
    /// What else this kind of problem has to tell.
    var members: [(name: String, value: JSON)] = []

    /// Describes a problem.
    public init(
        status: HTTPResponse.Status,
        code: String,
        detail: String,
        field: String? = nil,
        hint: String? = nil
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.hint = hint
    }

    /// An error of training as a problem.
    public init(_ error: TrainingError) {
        self.init(
            status: Self.status(error.code),
            code: error.code.rawValue,
            detail: error.message,
            field: error.field,
            hint: error.hint
        )
        sqlState = error.sqlState
        switch status {
        case .serviceUnavailable: headerFields[.retryAfter] = "2"
        // A run takes its time; the next one may begin at any moment.
        case .tooManyRequests: headerFields[.retryAfter] = "10"
        default: break
        }
    }

    private static func status(_ code: TrainingError.Code) -> HTTPResponse.Status {
        switch code {
        case .invalidOption, .unknownOption, .irrelevantOption, .missingOption, .notAvailable, .unknownTable,
            .unknownColumn, .unsupportedColumn, .noPermission, .emptyTable, .nullValues, .nonFiniteValues,
            .valuesTooLarge, .tooFewClasses, .tooManyClasses, .tooLarge, .notTwoInputs,
            .keyReused:
            .unprocessableContent
        case .runNotFound, .epochNotFound: .notFound
        case .runNotReady, .sourceChanged, .conflict: .conflict
        case .queueFull: .tooManyRequests
        case .databaseUnreachable: .serviceUnavailable
        case .outOfMemory, .timedOut: .internalServerError
        case .diskFull: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        case .database, .internal: .internalServerError
        }
    }

    /// 405, saying which methods there are.
    static func methodNotAllowed(_ method: HTTPRequest.Method, _ allowed: [HTTPRequest.Method]) -> Problem {
        let names = allowed.map(\.rawValue)
        var problem = Problem(
            status: .methodNotAllowed,
            code: "method_not_allowed",
            detail: "\(method.rawValue) is not possible here; possible: \(names.joined(separator: ", "))"
        )
        problem.headerFields[.allow] = names.joined(separator: ", ")
        return problem
    }

    /// The document.
    public var json: JSON {
        var json: JSON = [
            "type": "about:blank",
            "title": .string(status.reasonPhrase),
            "status": .integer(status.code),
            "detail": .string(detail),
            "code": .string(code),
        ]
        if let field { json.set("field", .string(field)) }
        if let hint { json.set("hint", .string(hint)) }
        if let sqlState { json.set("sqlstate", .string(sqlState)) }
        for member in members { json.set(member.name, member.value) }
        if let context = RequestContext.current { json.set("request_id", .string(context.id)) }
        return json
    }

    /// The answer.
    public var response: HTTPServerResponse {
        var fields = headerFields
        fields[.contentType] = "application/problem+json"
        return HTTPServerResponse(status: status, headerFields: fields, body: .bytes(Array(json.pretty.utf8)))
    }
}

extension HTTPServerResponse {
    /// The answer to OPTIONS.
    static func options(_ allowed: [HTTPRequest.Method]) -> HTTPServerResponse {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        return HTTPServerResponse(status: .noContent, headerFields: [.allow: names])
    }

    /// A document for a person's `curl` as well as for programs.
    static func json(_ json: JSON, status: HTTPResponse.Status = .ok) -> HTTPServerResponse {
        text(json.pretty, .json, status: status)
    }

    /// One document per line.
    static func lines(_ documents: [JSON]) -> HTTPServerResponse {
        text(documents.map { $0.compact + "\n" }.joined(), .ndjson)
    }

    static func text(_ text: String, _ form: MediaType, status: HTTPResponse.Status = .ok) -> HTTPServerResponse {
        self.text(text, form.contentType, status: status)
    }

    static func text(_ text: String, _ type: String, status: HTTPResponse.Status = .ok) -> HTTPServerResponse {
        var fields = HTTPFields()
        fields[.contentType] = type
        fields[.cacheControl] = "no-store"
        return HTTPServerResponse(status: status, headerFields: fields, body: .bytes(Array(text.utf8)))
    }
}
