import HTTPServer
import HTTPTypes
import JSONTree
import Testing
import Training

@testable import Service

@Suite("The OpenAPI document", .timeLimit(.minutes(5)))
struct OpenAPITests {
    static let interface = DocumentedInterface(OpenAPIDocument.json)

    @Test("has every route with its methods, and no other")
    func routes() {
        let documented = Dictionary(grouping: Self.interface.operations, by: \.path).mapValues { Set($0.map(\.method)) }
        for template in Route.Template.allCases {
            #expect(
                documented[template.rawValue] == Set(template.methods.map { $0.rawValue.lowercased() }),
                "\(template.rawValue)"
            )
        }
        let known = Set(Route.Template.allCases.map(\.rawValue))
        #expect(Set(documented.keys) == known)
    }

    @Test("every template leads to its route, and the forms of its answers are those of the document")
    func templates() throws {
        for template in Route.Template.allCases {
            let path = template.rawValue.replacing("{id}", with: "7")
            let request = HTTPServerRequest(.get, path)
            let (route, found) = try Route.find(request.pathSegments)
            #expect(found == template && route == template.route(7), "\(path)")
            var forms: Set<String> = []
            for operation in Self.interface.operations where operation.path == template.rawValue {
                for status in operation.successes {
                    forms.formUnion(operation.json["responses"]?[String(status)]?["content"]?.objectValue?.keys ?? [])
                }
            }
            #expect(forms == Set(template.forms.map(\.rawValue)), "\(path)")
        }
    }

    @Test("names operations once, refers to nothing that is missing, and keeps nothing that is not referred to")
    func consistent() {
        let interface = Self.interface
        let ids = interface.operations.map(\.id)
        #expect(Set(ids).count == ids.count && !ids.contains(""))
        var references: Set<String> = []
        var places: [JSON] = [interface.document]
        while let place = places.popLast() {
            places += place.arrayValue ?? Array((place.objectValue ?? [:]).values)
            if let reference = place["$ref"]?.stringValue { references.insert(reference) }
        }
        for reference in references { #expect(interface.checker.resolve(reference) != nil, "\(reference)") }
        for name in interface.document["components"]?["schemas"]?.objectValue?.keys ?? [] {
            #expect(references.contains("#/components/schemas/\(name)"), "\(name) is used nowhere")
        }
        for operation in interface.operations {
            #expect(
                operation.parameters(in: "path").compactMap { $0["name"]?.stringValue }
                    == (operation.path.contains("{id}") ? ["id"] : []),
                "\(operation.id)"
            )
            for (status, response) in operation.json["responses"]?.objectValue ?? [:] {
                for name in response["links"]?.objectValue?.keys ?? [] {
                    #expect(ids.contains(name), "\(operation.id) \(status) \(name)")
                }
            }
        }
    }

    @Test("names just the query options that are read")
    func queryOptions() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            for operation in Self.interface.operations {
                let path = operation.path.replacing("{id}", with: "1")
                let method = try #require(HTTPRequest.Method(operation.method.uppercased()))
                let reply = await counter.ask(method, path + "?zzz=1")
                #expect(reply.status == 422, "\(operation.id)")
                let hint = try #require(try reply.json["hint"]?.stringValue)
                let known =
                    hint == "this resource takes no options"
                    ? [] : hint.replacing("known: ", with: "").split(separator: ", ").map(String.init)
                let documented = operation.parameters(in: "query").compactMap { $0["name"]?.stringValue }
                #expect(Set(documented) == Set(known), "\(operation.id)")
                #expect(Set(documented).count == documented.count)
            }
        }
    }

    @Test("gives query options the bounds and choices that they have")
    func queryBounds() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            for operation in Self.interface.operations where operation.method == "get" {
                let path = operation.path.replacing("{id}", with: "1")
                for parameter in operation.parameters(in: "query") {
                    let name = try #require(parameter["name"]?.stringValue)
                    let probes = Probes(try #require(parameter["schema"]))
                    for (value, isGood) in probes.values {
                        let text = value.stringValue ?? value.compact
                        let reply = await counter.get("\(path)?\(name)=\(text)")
                        let json = reply.status == 422 ? try reply.json : [:]
                        let isRefused =
                            ["invalid_option", "not_available"].contains(json["code"])
                            && json["field"]?.stringValue == name
                        #expect(isRefused != isGood, "\(operation.id) \(name)=\(text): \(json.compact)")
                    }
                }
            }
        }
    }
}
