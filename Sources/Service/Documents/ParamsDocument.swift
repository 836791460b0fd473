import JSONTree
import Networks
import OrderedCollections
import Training

/// Parameters as an answer shows them.
public enum ParamsDocument {
    /// Names and numbers, and the same as matrices layer by layer.
    public static func json(_ parameters: Parameters) -> JSON {
        [
            "run": .integer(parameters.run),
            "epoch": .integer(parameters.epoch),
            "loss": .finite(parameters.loss),
            "params": .object(named(parameters)),
            "layers": .array(layers(parameters)),
        ]
    }

    /// One entry of a history: without the matrices, which say the same again.
    public static func entry(_ parameters: Parameters) -> JSON {
        [
            "epoch": .integer(parameters.epoch),
            "loss": .finite(parameters.loss),
            "params": .object(named(parameters)),
        ]
    }

    /// `epoch,name,value` lines with a header.
    public static func csv(_ history: [Parameters]) -> String {
        var text = "epoch,name,value\n"
        for parameters in history {
            for (name, value) in zip(parameters.layout.names, parameters.weights) {
                text += "\(parameters.epoch),\(name),\(value)\n"
            }
        }
        return text
    }

    private static func named(_ parameters: Parameters) -> OrderedDictionary<String, JSON> {
        OrderedDictionary(
            uniqueKeysWithValues: zip(parameters.layout.names, parameters.weights.map { JSON.finite($0) })
        )
    }

    private static func layers(_ parameters: Parameters) -> [JSON] {
        let blocks = parameters.layout.blocks
        return stride(from: 0, to: blocks.count, by: 2).map { index in
            let (weights, biases) = (blocks[index], blocks[index + 1])
            let rows = (0..<weights.inputs).map { i in
                JSON.array(
                    (0..<weights.units).map { j in
                        .finite(parameters.weights[weights.offset + i * weights.units + j])
                    }
                )
            }
            let layer = index / 2
            let activation = layer < parameters.activations.count ? parameters.activations[layer].rawValue : nil
            return [
                "weights": .array(rows),
                "biases": .array((0..<biases.units).map { .finite(parameters.weights[biases.offset + $0]) }),
                "activation": .optional(activation),
            ]
        }
    }
}
