import Foundation
import JSONTree

/// Holds values against JSON Schemas, with the keywords that the OpenAPI document uses and no others: a keyword that is
/// not known here is a fault, so that nothing goes unchecked.
struct SchemaChecker {
    /// The document in which references are looked up.
    let document: JSON
    /// Whether a member that the schema does not name is a fault even in an open object. What the daemon answers is to
    /// be documented; what clients may meet in a newer version is not to be ruled out.
    var isStrict = true

    /// What is wrong with a value; empty if it fits.
    func faults(_ value: JSON, _ schema: JSON, at place: String = "$") -> [String] {
        guard let keywords = schema.objectValue else { return ["\(place): the schema is \(schema.kind)"] }
        return keywords.flatMap { keyword, operand in
            faults(value, keyword, operand, schema).map { $0.hasPrefix("$") ? $0 : "\(place): \($0)" }
                .map { $0.replacing(/^\$/, with: place, maxReplacements: 1) }
        }
    }

    /// What a reference leads to.
    func resolve(_ reference: String) -> JSON? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(document) { $0?[String($1)] }
    }

    private func faults(_ value: JSON, _ keyword: String, _ operand: JSON, _ schema: JSON) -> [String] {
        switch keyword {
        case "description", "default", "examples": return []
        case "$ref":
            guard let target = operand.stringValue.flatMap(resolve) else { return ["\(operand.compact) leads nowhere"] }
            return faults(value, target)
        case "type":
            let types = operand.arrayValue ?? [operand]
            return types.contains { Self.isOf(value, $0.stringValue ?? "") }
                ? [] : ["is \(value.kind), not \(operand.compact): \(value.compact.prefix(80))"]
        case "enum":
            return operand.arrayValue?.contains(value) == true ? [] : ["\(value.compact) is none of the choices"]
        case "anyOf":
            let tried = (operand.arrayValue ?? []).map { faults(value, $0) }
            return tried.contains([]) ? [] : ["fits none of \(tried.count): \(tried)"]
        case "minimum", "maximum", "exclusiveMaximum": return range(value, keyword, operand)
        case "minLength", "maxLength", "pattern", "format": return text(value, keyword, operand)
        case "contentMediaType": return operand == "application/json" ? [] : ["\(operand.compact) is not known here"]
        case "contentSchema":
            guard let content = value.stringValue.flatMap({ try? JSON(parsing: $0.utf8) }) else {
                return ["is no JSON"]
            }
            return faults(content, operand)
        case "items", "minItems", "maxItems", "uniqueItems": return list(value, keyword, operand)
        case "properties", "required", "additionalProperties", "minProperties":
            return object(value, keyword, operand, schema)
        default: return ["the keyword \(keyword) is not known to this checker"]
        }
    }

    private static func isOf(_ value: JSON, _ type: String) -> Bool {
        switch type {
        case "null": value == .null
        case "boolean": value.boolValue != nil
        case "integer": value.intValue != nil
        case "number": value.doubleValue != nil
        case "string": value.stringValue != nil
        case "array": value.arrayValue != nil
        case "object": value.objectValue != nil
        default: false
        }
    }

    private func range(_ value: JSON, _ keyword: String, _ operand: JSON) -> [String] {
        guard let number = value.doubleValue else { return [] }
        // As doubles they might be the same.
        if let number = value.intValue, let bound = operand.intValue {
            let fits = keyword == "minimum" ? number >= bound : keyword == "maximum" ? number <= bound : number < bound
            return fits ? [] : ["\(number) is beyond the \(keyword) \(bound)"]
        }
        guard let bound = operand.doubleValue else { return ["\(keyword) has no number"] }
        let fits =
            switch keyword {
            case "minimum": number >= bound
            case "maximum": number <= bound
            default: number < bound
            }
        return fits ? [] : ["\(number) is beyond the \(keyword) \(bound)"]
    }

    private func text(_ value: JSON, _ keyword: String, _ operand: JSON) -> [String] {
        guard let text = value.stringValue else { return [] }
        let fits: Bool
        switch (keyword, operand) {
        case ("minLength", .integer(let least)): fits = text.unicodeScalars.count >= least
        case ("maxLength", .integer(let most)): fits = text.unicodeScalars.count <= most
        case ("pattern", .string(let pattern)):
            guard let regex = try? Regex(pattern).matchingSemantics(.unicodeScalar) else {
                return ["\(pattern) is no pattern"]
            }
            fits = text.firstMatch(of: regex) != nil
        case ("format", "date-time"):
            fits = (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))) != nil
        default: return ["\(keyword) \(operand.compact) is not known to this checker"]
        }
        return fits ? [] : ["\"\(text)\" does not fit \(keyword) \(operand.compact)"]
    }

    private func list(_ value: JSON, _ keyword: String, _ operand: JSON) -> [String] {
        guard let values = value.arrayValue else { return [] }
        switch (keyword, operand) {
        case ("items", _): return values.enumerated().flatMap { faults($1, operand, at: "$[\($0)]") }
        case ("minItems", .integer(let least)): return values.count >= least ? [] : ["has fewer than \(least)"]
        case ("maxItems", .integer(let most)): return values.count <= most ? [] : ["has more than \(most)"]
        case ("uniqueItems", true): return Set(values).count == values.count ? [] : ["has one twice"]
        default: return ["\(keyword) \(operand.compact) is not known to this checker"]
        }
    }

    private func object(_ value: JSON, _ keyword: String, _ operand: JSON, _ schema: JSON) -> [String] {
        guard let members = value.objectValue else { return [] }
        let named = schema["properties"]?.objectValue
        switch keyword {
        case "properties":
            let known = operand.objectValue ?? [:]
            let unknown =
                isStrict && schema["additionalProperties"] == nil ? members.keys.filter { known[$0] == nil } : []
            return unknown.map { "$.\($0): is not documented" }
                + members.flatMap { name, value in known[name].map { faults(value, $0, at: "$.\(name)") } ?? [] }
        case "required":
            let names = (operand.arrayValue ?? []).compactMap(\.stringValue)
            return names.filter { members[$0] == nil }.map { "$.\($0): is missing" }
        case "minProperties": return members.count >= operand.intValue ?? 0 ? [] : ["has too few members"]
        default:
            let others = members.filter { named?[$0.key] == nil }
            switch operand {
            case true: return []
            case false: return others.map { "$.\($0.key): is not allowed" }
            default: return others.flatMap { faults($0.value, operand, at: "$.\($0.key)") }
            }
        }
    }
}
