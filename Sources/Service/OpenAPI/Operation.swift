import HTTPTypes
import JSONTree

/// What can be done with a resource by one method.
struct Operation {
    let template: Route.Template
    let method: HTTPRequest.Method
    /// Its name in clients that are made from the document.
    let id: String
    let summary: String
    let tag: Tag
    var parameters: [Parameter] = []
    var body: Body?
    let answers: [Answer]
    /// Refusals beside those that any request can meet.
    var refusals: Set<Refusal> = []

    /// What operations are grouped by.
    enum Tag: String, CaseIterable {
        case runs, results, tables, daemon

        var description: String {
            switch self {
            case .runs: "Start, watch, change and stop runs."
            case .results: "What runs have learned."
            case .tables: "What there is to learn from."
            case .daemon: "The daemon itself."
            }
        }
    }

    /// The body of a request.
    struct Body {
        let schema: Component
        let isRequired: Bool
    }

    private var allRefusals: [Refusal] {
        var all = Refusal.always.union(refusals)
        if body != nil { all.formUnion(Refusal.withBody) }
        if template.namesRun { all.insert(.notFound) }
        return all.sorted { $0.rawValue < $1.rawValue }
    }

    var json: JSON {
        var json: JSON = [
            "operationId": .string(id), "summary": .string(summary), "tags": [.string(tag.rawValue)],
        ]
        if !parameters.isEmpty { json.set("parameters", .array(parameters.map(\.json))) }
        if let body {
            var content: JSON = [:]
            content.set(MediaType.json.rawValue, ["schema": body.schema.reference.json])
            json.set("requestBody", ["required": .bool(body.isRequired), "content": content])
        }
        var responses: JSON = [:]
        for answer in answers { responses.set(String(answer.status), answer.json) }
        for refusal in allRefusals {
            responses.set(String(refusal.rawValue), ["$ref": .string("#/components/responses/\(refusal.name)")])
        }
        json.set("responses", responses)
        return json
    }
}

extension Route.Template {
    /// Whether the path names a run.
    var namesRun: Bool { rawValue.contains("{id}") }
}
