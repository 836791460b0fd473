import JSONTree

/// An option of a request outside its body.
struct Parameter {
    enum Place: String { case path, query, header }

    let name: String
    let place: Place
    let schema: Schema
    let description: String
    var isRequired = false

    static func query(_ name: String, _ schema: Schema, _ description: String) -> Parameter {
        Parameter(name: name, place: .query, schema: schema, description: description)
    }

    /// The same, to be given always.
    var required: Parameter {
        var parameter = self
        parameter.isRequired = true
        return parameter
    }

    static func header(_ name: String, _ schema: Schema, _ description: String) -> Parameter {
        Parameter(name: name, place: .header, schema: schema, description: description)
    }

    static let id = Parameter(name: "id", place: .path, schema: .runID, description: "The run.")

    static let ifNoneMatch = Parameter.header(
        "If-None-Match",
        .string(),
        "The ETag of what the client has: if that is still so, the answer is 304 without a body."
    )

    static let idempotencyKey = Parameter.header(
        "Idempotency-Key",
        .string(length: 1...255, pattern: "^[!-~]+$"),
        "The same key with the same body is one request, however often it is sent."
    )

    var json: JSON {
        var json: JSON = ["name": .string(name), "in": .string(place.rawValue)]
        if place == .path || isRequired { json.set("required", true) }
        json.set("description", .string(description))
        json.set("schema", schema.json)
        return json
    }
}
