import JSONTree
import Networks
import SQLText

/// How a feature becomes columns of numbers that the network reads. Kept with the run: the same in training and in every
/// prediction.
struct FeatureEncoding: Sendable, Hashable {
    let feature: Feature
    let content: Content

    enum Content: Sendable, Hashable {
        case number(Scaling)
        /// The categories that have an input of their own, in the order of the inputs, and whether all others share one
        /// more. Without it a category that is not among them leaves all inputs at 0.
        case category([String], hasOther: Bool)
        /// One for each element.
        case array([Scaling])
    }

    /// A number x is read as (x − mean) / scale.
    struct Scaling: Sendable, Hashable {
        var mean = 0.0
        var scale = 1.0
        /// What stands in for NULL; nil if a row with NULL has no prediction.
        var fill: Double?
    }

    /// The columns of numbers.
    var columns: [InputColumn] {
        switch content {
        case .number: [.number]
        case .category(let names, let hasOther): [.category(count: names.count + (hasOther ? 1 : 0))]
        case .array(let elements): elements.map { _ in .number }
        }
    }

    /// The columns of numbers, from what the feature is read as.
    /// - Parameters:
    ///   - value: something short, since it is repeated.
    ///   - fillsNulls: whether a missing category counts as one that is not known.
    func columns(from value: SQL, fillsNulls: Bool) -> [SQL] {
        switch content {
        case .number(let scaling): return [Self.scaled(value, scaling)]
        case .array(let elements):
            return elements.enumerated().map { Self.scaled("\(value)[\(literal: $0 + 1)]", $1) }
        case .category(let names, _):
            let code = Place.sql(of: value, among: names, else: Double(names.count))
            return [fillsNulls ? code : "CASE WHEN \(value) IS NOT NULL THEN \(code) END"]
        }
    }

    /// Magnitudes whose products would underflow become 0. What differs from a mean that is no such number differs by more
    /// than that.
    private static func scaled(_ value: SQL, _ scaling: Scaling) -> SQL {
        let present: SQL = scaling.fill.map { "coalesce(\(value), \(literal: $0))" } ?? value
        let centered: SQL = scaling.mean == 0 ? "(\(present))" : "(\(present) - \(literal: scaling.mean))"
        let scaled: SQL = scaling.scale == 1 ? centered : "(\(centered) / \(literal: scaling.scale))"
        if abs(scaling.mean) > 1e-80 { return scaled }
        return "CASE WHEN abs(\(centered)) < \(literal: 1e-100) THEN \(literal: 0.0) ELSE \(scaled) END"
    }
}

extension FeatureEncoding {
    /// As the run keeps it.
    var json: JSON {
        var json: JSON = ["name": .string(feature.name), "type": .string(feature.kind.rawValue)]
        switch content {
        case .number(let scaling):
            json.set("as", "number")
            for (key, value) in Self.members(scaling) { json.set(key, value) }
        case .category(let names, let hasOther):
            json.set("as", "category")
            json.set("categories", .array(names.map(JSON.string)))
            json.set("other", .bool(hasOther))
        case .array(let elements):
            json.set("as", "array")
            json.set("elements", .array(elements.map { .object(.init(uniqueKeysWithValues: Self.members($0))) }))
        }
        return json
    }

    /// - Throws: `TrainingError` if another version has written it.
    init(_ json: JSON) throws(TrainingError) {
        guard let name = json["name"]?.stringValue, let type = json["type"]?.stringValue,
            let kind = ColumnKind(rawValue: type), let form = json["as"]?.stringValue
        else { throw Self.unreadable(json) }
        switch form {
        case "number": content = .number(try Self.scaling(json))
        case "category":
            guard let names = json["categories"]?.arrayValue, let hasOther = json["other"]?.boolValue else {
                throw Self.unreadable(json)
            }
            content = .category(names.compactMap(\.stringValue), hasOther: hasOther)
        case "array":
            var elements: [Scaling] = []
            for element in json["elements"]?.arrayValue ?? [] { elements.append(try Self.scaling(element)) }
            content = .array(elements)
        default: throw Self.unreadable(json)
        }
        feature = Feature(name: name, kind: kind, isCategorical: form == "category")
    }

    private static func members(_ scaling: Scaling) -> [(String, JSON)] {
        [("mean", .number(scaling.mean)), ("scale", .number(scaling.scale))]
            + (scaling.fill.map { [("fill", .number($0))] } ?? [])
    }

    private static func scaling(_ json: JSON) throws(TrainingError) -> Scaling {
        guard let mean = json["mean"]?.doubleValue, let scale = json["scale"]?.doubleValue else {
            throw unreadable(json)
        }
        return Scaling(mean: mean, scale: scale, fill: json["fill"]?.doubleValue)
    }

    private static func unreadable(_ json: JSON) -> TrainingError {
        TrainingError(.internal, "this version of pgradient can't read how a feature was encoded: \(json.compact)")
    }
}
