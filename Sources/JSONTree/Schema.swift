/// A JSON Schema (draft 2020-12), made of the few keywords that are needed here.
public struct Schema: Sendable, Hashable {
    /// The schema as a document.
    public private(set) var json: JSON

    /// A schema spelled out.
    public init(_ json: JSON) { self.json = json }

    /// A schema that is written down elsewhere in the document.
    public static func reference(_ path: String) -> Schema { Schema(["$ref": .string(path)]) }

    /// Text.
    /// - Parameters:
    ///   - length: in code points.
    ///   - pattern: a regular expression that has to occur in it.
    public static func string(
        length: ClosedRange<Int>? = nil,
        pattern: String? = nil,
        format: String? = nil
    ) -> Schema {
        var json: JSON = ["type": "string"]
        if let length {
            if length.lowerBound > 0 { json.set("minLength", .integer(length.lowerBound)) }
            json.set("maxLength", .integer(length.upperBound))
        }
        if let pattern { json.set("pattern", .string(pattern)) }
        if let format { json.set("format", .string(format)) }
        return Schema(json)
    }

    /// Text that holds a document of another kind.
    public static func text(holding type: String, _ content: Schema) -> Schema {
        Schema(["type": "string", "contentMediaType": .string(type), "contentSchema": content.json])
    }

    /// A whole number.
    public static func integer(_ range: ClosedRange<Int>) -> Schema {
        Schema(["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)])
    }

    /// A whole number from 0.
    public static let count = Schema(["type": "integer", "minimum": 0])

    /// Any number.
    public static let number = Schema(["type": "number"])

    /// A number of a range.
    public static func number(_ range: ClosedRange<Double>) -> Schema {
        Schema(["type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)])
    }

    /// A number of a range without its end.
    public static func number(_ range: Range<Double>) -> Schema {
        Schema(["type": "number", "minimum": .number(range.lowerBound), "exclusiveMaximum": .number(range.upperBound)])
    }

    /// True or false.
    public static let bool = Schema(["type": "boolean"])

    /// Null alone.
    public static let null = Schema(["type": "null"])

    /// One of a closed set.
    public static func choice(_ values: [String]) -> Schema {
        Schema(["type": "string", "enum": .array(values.map(JSON.string))])
    }

    /// One of a closed set.
    public static func choice<T: RawRepresentable & CaseIterable>(_ type: T.Type, also: [String] = []) -> Schema
    where T.RawValue == String {
        choice(also + T.allCases.map(\.rawValue))
    }

    /// A list.
    public static func array(of items: Schema, count: ClosedRange<Int>? = nil, unique: Bool = false) -> Schema {
        var json: JSON = ["type": "array", "items": items.json]
        if let count {
            if count.lowerBound > 0 { json.set("minItems", .integer(count.lowerBound)) }
            json.set("maxItems", .integer(count.upperBound))
        }
        if unique { json.set("uniqueItems", true) }
        return Schema(json)
    }

    /// An object.
    /// - Parameters:
    ///   - required: members that are always there.
    ///   - optional: members that may be left out.
    ///   - isClosed: whether there are no others; an open one may get more with a newer version.
    public static func object(
        _ required: KeyValuePairs<String, Schema> = [:],
        optional: KeyValuePairs<String, Schema> = [:],
        isClosed: Bool = false
    ) -> Schema {
        var members: JSON = [:]
        for (name, schema) in required { members.set(name, schema.json) }
        for (name, schema) in optional { members.set(name, schema.json) }
        var json: JSON = ["type": "object", "properties": members]
        if !required.isEmpty { json.set("required", .array(required.map { .string($0.key) })) }
        if isClosed { json.set("additionalProperties", false) }
        return Schema(json)
    }

    /// An object whose members have any names.
    public static func map(of values: Schema, least: Int = 0) -> Schema {
        var json: JSON = ["type": "object", "additionalProperties": values.json]
        if least > 0 { json.set("minProperties", .integer(least)) }
        return Schema(json)
    }

    /// What fits one of these at least.
    public static func any(_ schemas: Schema...) -> Schema { Schema(["anyOf": .array(schemas.map(\.json))]) }
}

extension Schema {
    /// The same, or null.
    public var nullable: Schema {
        var json = json
        if let type = json["type"] {
            json.set("type", .array((type.arrayValue ?? [type]) + ["null"]))
            if let values = json["enum"]?.arrayValue { json.set("enum", .array(values + [.null])) }
            return Schema(json)
        }
        if let schemas = json["anyOf"]?.arrayValue {
            json.set("anyOf", .array(schemas + [Schema.null.json]))
            return Schema(json)
        }
        return .any(self, .null)
    }

    /// Says what it is for, to people.
    public func described(_ text: String) -> Schema { adding("description", .string(text)) }

    /// Says what stands in for it where it is left out.
    public func defaulting(to value: JSON) -> Schema { adding("default", value) }

    /// Shows one that fits.
    public func example(_ value: JSON) -> Schema {
        adding("examples", .array((json["examples"]?.arrayValue ?? []) + [value]))
    }

    /// The same with one keyword more.
    public func adding(_ keyword: String, _ value: JSON) -> Schema {
        var json = json
        json.set(keyword, value)
        return Schema(json)
    }
}
