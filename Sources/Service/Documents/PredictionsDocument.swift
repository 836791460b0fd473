import JSONTree
import OrderedCollections
import Training

/// Predictions as an answer shows them.
public enum PredictionsDocument {
    /// All predictions of a request.
    public static func json(_ parameters: Parameters, _ predictions: [Prediction]) -> JSON {
        [
            "run": .integer(parameters.run),
            "epoch": .integer(parameters.epoch),
            "predictions": .array(predictions.map(json)),
        ]
    }

    /// One prediction. A label has the JSON type of its column; as the name of a probability it is text.
    public static func json(_ prediction: Prediction) -> JSON {
        switch prediction {
        case .regression(let value): return ["value": .finite(value)]
        case .classification(let label, let probabilities):
            let named = probabilities.map { ($0.label.stringValue ?? $0.label.compact, JSON.finite($0.probability)) }
            return [
                "label": label,
                "probabilities": .object(OrderedDictionary(named, uniquingKeysWith: { $1 })),
            ]
        }
    }
}
