import HTTPServer
import HTTPTypes
import JSONTree

extension HTTPServerRequest {
    /// The body as JSON.
    /// - Parameter empty: what no body stands for; nil if there has to be one.
    /// - Throws: `Problem` 415 for another content type, 400 for what is no JSON.
    func json(empty: JSON? = nil) throws(Problem) -> JSON {
        if body.isEmpty, let empty { return empty }
        let content = BodyType(headerFields[.contentType])
        if case .other(let name) = content { throw Self.unsupported(name) }
        do {
            return try JSON(parsing: body)
        } catch {
            // What a form sends is no JSON, and saying where it is not would help nobody; who wrote a bracket meant JSON.
            let isMeant = body.first { !$0.isJSONSpace }.map { "{[".utf8.contains($0) } ?? false
            if content == .form, !isMeant { throw Self.unsupported(BodyType.formName) }
            throw Problem(status: .badRequest, code: "malformed_json", detail: "the body is no JSON: \(error)")
        }
    }

    private static func unsupported(_ name: String) -> Problem {
        var problem = Problem(
            status: .unsupportedMediaType,
            code: "unsupported_media_type",
            detail: "the body is sent as \(name); JSON is taken here",
            field: "Content-Type",
            hint: "send the header Content-Type: application/json"
        )
        problem.headerFields[.accept] = MediaType.json.rawValue
        return problem
    }
}

extension UInt8 {
    fileprivate var isJSONSpace: Bool { " \t\r\n".utf8.contains(self) }
}

/// What a body says that it is.
private enum BodyType: Equatable {
    case json
    /// What `curl -d` says of anything, JSON too: JSON is taken for what it is. A page of another origin could send it
    /// just as well, so this is no protection; looking at Origin is.
    case form
    case other(String)

    static let formName = "application/x-www-form-urlencoded"

    init(_ field: String?) {
        guard let field else {
            self = .json
            return
        }
        let name = field.prefix { $0 != ";" }.trimmed.lowercased()
        switch name {
        case MediaType.json.rawValue, "application/merge-patch+json", "text/json", "": self = .json
        case Self.formName: self = .form
        default: self = .other(name)
        }
    }
}
