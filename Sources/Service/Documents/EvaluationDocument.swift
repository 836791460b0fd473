import JSONTree
import Training

/// An evaluation as an answer shows it.
public enum EvaluationDocument {
    /// Which rows and which parameters, then all that was measured.
    public static func json(_ evaluation: Evaluation) -> JSON {
        var json: JSON = ["run": .integer(evaluation.run), "epoch": .integer(evaluation.epoch)]
        switch evaluation.place {
        case .split(let split): json.set("split", .string(split.rawValue))
        case .table(let name): json.set("table", .string(name))
        }
        for (name, value) in evaluation.document.objectValue ?? [:] { json.set(name, value) }
        return json
    }
}
