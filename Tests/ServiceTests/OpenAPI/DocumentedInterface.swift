import HTTPServer
import HTTPTypes
import JSONTree
import Service
import Testing

@testable import Service

/// The OpenAPI document as tests look things up in it.
struct DocumentedInterface {
    let document: JSON
    let checker: SchemaChecker

    init(_ document: JSON) {
        self.document = document
        checker = SchemaChecker(document: document)
    }

    /// An operation with the path it stands under.
    struct Documented {
        let path: String
        let method: String
        let json: JSON
        /// Those of the path too.
        let parameters: [JSON]

        var id: String { json["operationId"]?.stringValue ?? "" }

        func parameters(in place: String) -> [JSON] { parameters.filter { $0["in"]?.stringValue == place } }

        /// Statuses of answers that went well.
        var successes: [Int] {
            (json["responses"]?.objectValue ?? [:]).keys.compactMap { Int($0) }.filter { $0 < 400 }
        }
    }

    var operations: [Documented] {
        (document["paths"]?.objectValue ?? [:]).flatMap { path, item in
            let shared = item["parameters"]?.arrayValue ?? []
            return (item.objectValue ?? [:]).filter { $0.key != "parameters" }.map { method, json in
                Documented(
                    path: path,
                    method: method,
                    json: json,
                    parameters: shared + (json["parameters"]?.arrayValue ?? [])
                )
            }
        }
    }

    func operation(_ method: HTTPRequest.Method, _ target: String) -> Documented? {
        let path = target.prefix { $0 != "?" }.split(separator: "/")
        let documented = method == .head ? .get : method
        return operations.first { operation in
            let template = operation.path.split(separator: "/")
            return operation.method == documented.rawValue.lowercased() && template.count == path.count
                && zip(template, path).allSatisfy { $0 == "{id}" || $0 == $1 }
        }
    }

    /// Everything in which an answer is not what the document says.
    func faults(_ operation: Documented, _ reply: Reply, isHead: Bool = false) -> [String] {
        guard var response = operation.json["responses"]?[String(reply.status)] else {
            return ["\(operation.id): the status \(reply.status) is not documented"]
        }
        if let reference = response["$ref"]?.stringValue {
            guard let target = checker.resolve(reference) else { return ["\(reference) leads nowhere"] }
            response = target
        }
        let place = "\(operation.id) \(reply.status)"
        return headerFaults(response, reply).map { "\(place): \($0)" }
            + (isHead ? [] : bodyFaults(response, reply).map { "\(place): \($0)" })
    }

    private func headerFaults(_ response: JSON, _ reply: Reply) -> [String] {
        let documented = response["headers"]?.objectValue ?? [:]
        let known = documented.flatMap { name, header -> [String] in
            guard let field = HTTPField.Name(name) else { return ["\(name) is no field"] }
            guard let value = reply.fields[field] else {
                return header["required"] == true ? ["the field \(name) is missing"] : []
            }
            return checker.faults(.string(value), header["schema"] ?? .null, at: name)
        }
        // Fields that say nothing about the one operation need not be documented there.
        let general: Set<HTTPField.Name> = [
            .contentType, .cacheControl, .vary, .contentSecurityPolicy, .xContentTypeOptions,
        ]
        let security = ["referrer-policy", "cross-origin-opener-policy"]
        let unknown = reply.fields.map(\.name).filter { name in
            !general.contains(name) && !security.contains(name.canonicalName)
                && !documented.keys.contains { $0.lowercased() == name.canonicalName }
        }
        return known + unknown.map { "the field \($0) is not documented" }
    }

    /// The events of a stream as objects.
    private static func events(_ text: String) -> [JSON] {
        text.split(separator: "\n\n").compactMap { block in
            var event: JSON = [:]
            for line in block.split(separator: "\n") where !line.hasPrefix(":") {
                let sides = line.split(separator: ":", maxSplits: 1)
                event.set(String(sides[0]), .string(String(sides[1].dropFirst())))
            }
            return event["data"] == nil ? nil : event
        }
    }

    private func bodyFaults(_ response: JSON, _ reply: Reply) -> [String] {
        guard let forms = response["content"]?.objectValue else {
            return reply.text.isEmpty ? [] : ["there is a body, and none is documented"]
        }
        let type = String((reply.fields[.contentType] ?? "").prefix { $0 != ";" })
        guard let schema = forms[type]?["schema"] else { return ["the form \"\(type)\" is not documented"] }
        guard reply.text.hasSuffix("\n") || reply.text.isEmpty else { return ["the body does not end its last line"] }
        if type == MediaType.eventStream.rawValue {
            return Self.events(reply.text).flatMap { checker.faults($0, schema) }
        }
        guard type.hasSuffix("json"), type != MediaType.ndjson.rawValue else {
            return checker.faults(.string(reply.text), schema)
        }
        guard let value = try? reply.json else { return ["the body is no JSON"] }
        return checker.faults(value, schema)
    }
}
