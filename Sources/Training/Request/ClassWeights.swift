import JSONTree

/// What the rows of a class count in the loss: the `class_weight` option.
public enum ClassWeights: Sendable, Hashable {
    /// n / (classes · rows of the class), so that all classes count the same (King and Zeng 2001).
    case balanced
    /// By the class as text; classes that are not named count 1.
    case given([String: Double])

    /// - Throws: `TrainingError`.
    init?(_ value: JSON?) throws(TrainingError) {
        guard let value else { return nil }
        if value.stringValue == "balanced" {
            self = .balanced
            return
        }
        guard let members = value.objectValue, !members.isEmpty else {
            throw TrainingError(
                .invalidOption,
                "class_weight is \(value.compact); it must be \"balanced\" or an object of classes and weights",
                field: "class_weight",
                hint: "{\"no\": 1, \"yes\": 5}"
            )
        }
        var weights: [String: Double] = [:]
        for (name, weight) in members {
            guard let number = weight.doubleValue, (1e-6...1e6).contains(number) else {
                throw TrainingError(
                    .invalidOption,
                    "class_weight of \"\(name)\" is \(weight.compact); it must be a number from 1e-6 to 1e6",
                    field: "class_weight"
                )
            }
            weights[name] = number
        }
        self = .given(weights)
    }

    var json: JSON {
        switch self {
        case .balanced: "balanced"
        case .given(let weights):
            .object(.init(uniqueKeysWithValues: weights.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) }))
        }
    }

    /// The weight of each class.
    /// - Throws: `TrainingError` for a class that there is not.
    func weights(_ classes: [String], counts: [Int]) throws(TrainingError) -> [Double] {
        switch self {
        case .balanced:
            let rows = Double(counts.reduce(0, +))
            return counts.map { rows / (Double(counts.count) * Double($0)) }
        case .given(let weights):
            if let unknown = weights.keys.sorted().first(where: { !classes.contains($0) }) {
                throw TrainingError(
                    .invalidOption,
                    "class_weight names \"\(unknown)\", which is no class of the label",
                    field: "class_weight",
                    hint: Suggestions.hint(unknown, among: classes)
                        ?? "its classes are \(classes.prefix(10).joined(separator: ", "))"
                )
            }
            return classes.map { weights[$0] ?? 1 }
        }
    }
}
