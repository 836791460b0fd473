import HTTPServer
import HTTPTypes
import JSONTree

/// The interface as a document for programs: OpenAPI 3.1.
///
/// Made of the same lists that the code reads. What can't be shared is held against the running application by a test.
public enum OpenAPIDocument {
    static var operations: [Operation] { Operation.runs + Operation.results + Operation.daemon }

    /// The document.
    public static let json: JSON = [
        "openapi": "3.1.0",
        "info": [
            "title": "pgradient",
            "version": .string(Release.version),
            "summary": "Trains neural networks inside PostgreSQL.",
            "description": .string(introduction),
        ],
        "servers": [["url": "/"]],
        "tags": .array(
            Operation.Tag.allCases.map { ["name": .string($0.rawValue), "description": .string($0.description)] }
        ),
        // Without a token the daemon listens on loopback only, and asks for none.
        "security": [[:], ["token": []]],
        "paths": paths,
        "components": [
            "schemas": named(Component.allCases.map { ($0.rawValue, $0.schema.json) }),
            "responses": named(Refusal.allCases.map { ($0.name, $0.json) }),
            "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
        ],
    ]

    static let text = json.pretty

    private static let introduction = """
        Every GET is also a HEAD, and OPTIONS names the methods of a resource. Errors are problem documents (RFC 9457) \
        with a stable `code`. Lists come in pages: the next one is named by the cursor `next` and by the field Link. \
        A query option that is not known is refused. Numbers are finite or null.
        """

    private static var paths: JSON {
        var paths: JSON = [:]
        for template in Route.Template.allCases {
            var item: JSON = template.namesRun ? ["parameters": [Parameter.id.json]] : [:]
            let own = operations.filter { $0.template == template }
            for operation in own { item.set(operation.method.rawValue.lowercased(), operation.json) }
            if !own.isEmpty { paths.set(template.rawValue, item) }
        }
        return paths
    }

    private static func named(_ members: [(String, JSON)]) -> JSON {
        var json: JSON = [:]
        for (name, value) in members { json.set(name, value) }
        return json
    }
}

extension Application {
    /// `GET /openapi.json`
    func showDocument(_ request: HTTPServerRequest) throws -> HTTPServerResponse {
        try QueryReader(request).finish()
        return .text(OpenAPIDocument.text, .json)
    }
}
