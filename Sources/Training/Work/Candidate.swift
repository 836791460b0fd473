import JSONTree
import Lowering

/// A form that the training statement could take, and what is known of its speed.
public struct Candidate: Sendable {
    let form: StatementForm
    /// Milliseconds per iteration, by the cost rules.
    public let estimated: Double
    /// Milliseconds per iteration, as timed on the run's own rows.
    public internal(set) var measured: Double?
    /// Why it can't be used; nil if it can.
    public let obstacle: String?
    /// Whether the run takes it.
    public internal(set) var isChosen = false

    /// The form as people read it.
    public var name: String { "\(form)" }
    /// Whether it is left to engines without recursion, unless it is asked for.
    public var isForOtherEngines: Bool { form.shape.isForOtherEngines }

    var best: Double { measured ?? estimated }
}

extension Candidate {
    var json: JSON {
        var json: JSON = [
            "shape": .string(form.shape.rawValue), "parallel": .bool(form.isParallel),
            "compiled": .bool(form.isCompiled), "estimated_ms": .finite(estimated),
            "measured_ms": measured.map { .finite($0) } ?? .null, "chosen": .bool(isChosen),
        ]
        if let obstacle { json.set("obstacle", .string(obstacle)) }
        return json
    }

    init?(_ json: JSON) {
        guard let text = json["shape"]?.stringValue, let shape = StatementShape(rawValue: text),
            let isParallel = json["parallel"]?.boolValue, let isCompiled = json["compiled"]?.boolValue
        else { return nil }
        form = StatementForm(shape, isParallel: isParallel, isCompiled: isCompiled)
        estimated = json["estimated_ms"]?.doubleValue ?? .infinity
        measured = json["measured_ms"]?.doubleValue
        obstacle = json["obstacle"]?.stringValue
        isChosen = json["chosen"]?.boolValue ?? false
    }
}
