import HTTPTypes
import JSONTree

/// An answer of an operation that went well.
struct Answer {
    let status: Int
    let description: String
    var content: [(form: MediaType, schema: Schema)] = []
    var headers: [HeaderField] = []
    /// Operations that can be asked about the run which the answer is about.
    var links: [String] = []

    static func json(_ status: Int, _ component: Component, _ description: String) -> Answer {
        Answer(status: status, description: description, content: [(.json, component.reference)])
    }

    /// A list or the like, that is also to be had in lines.
    static func table(_ schema: Schema, _ description: String) -> Answer {
        Answer(
            status: 200,
            description: description,
            content: [(.json, schema), (.csv, .string()), (.ndjson, .string())]
        )
    }

    static func text(_ form: MediaType, _ description: String) -> Answer {
        Answer(status: 200, description: description, content: [(form, .string())])
    }

    static let notModified = Answer(status: 304, description: "Nothing has changed.", headers: [.eTag])

    /// The same with header fields.
    func with(_ headers: HeaderField...) -> Answer {
        var answer = self
        answer.headers += headers
        return answer
    }

    var json: JSON {
        var json: JSON = ["description": .string(description)]
        if !headers.isEmpty {
            var fields: JSON = [:]
            for header in headers { fields.set(header.rawValue, header.json) }
            json.set("headers", fields)
        }
        if !content.isEmpty {
            var forms: JSON = [:]
            for (form, schema) in content { forms.set(form.rawValue, ["schema": schema.json]) }
            json.set("content", forms)
        }
        if !links.isEmpty {
            var operations: JSON = [:]
            for id in links {
                operations.set(id, ["operationId": .string(id), "parameters": ["id": "$response.body#/id"]])
            }
            json.set("links", operations)
        }
        return json
    }
}

/// Header fields that say something of an answer.
enum HeaderField: String, CaseIterable {
    case location = "Location"
    case eTag = "ETag"
    case link = "Link"
    case allow = "Allow"
    case accept = "Accept"
    case retryAfter = "Retry-After"
    case authenticate = "WWW-Authenticate"
    case securityPolicy = "Content-Security-Policy"
    case typeOptions = "X-Content-Type-Options"
    case referrerPolicy = "Referrer-Policy"
    case openerPolicy = "Cross-Origin-Opener-Policy"

    /// Whether every answer that documents the field has it.
    var isRequired: Bool { self != .link }

    private var description: String {
        switch self {
        case .location: "Where the run is."
        case .eTag: "Tells this state from others; send it as If-None-Match."
        case .link: "The next page, with rel=\"next\"; missing on the last."
        case .allow: "The methods there are."
        case .accept: "What bodies are taken."
        case .retryAfter: "Seconds after which it is worth asking again."
        case .authenticate: "How to show who one is."
        case .securityPolicy: "What the page may load and run: what is in it, and answers of this daemon."
        case .typeOptions: "The type of the answer is what it says."
        case .referrerPolicy: "Other sites are not told of this one."
        case .openerPolicy: "Windows of other sites have no hold of the page."
        }
    }

    private var schema: Schema {
        switch self {
        case .location: .string(pattern: "^/train/[0-9]+$")
        case .eTag: .string(pattern: "^W/\".*\"$")
        case .link: .string(pattern: "^<.*>; rel=\"next\"$")
        case .allow, .accept, .authenticate, .securityPolicy, .typeOptions, .referrerPolicy, .openerPolicy: .string()
        case .retryAfter: .string(pattern: "^[0-9]+$")
        }
    }

    var json: JSON {
        ["description": .string(description), "required": .bool(isRequired), "schema": schema.json]
    }
}
