import JSONTree
import Training

/// Metrics as an answer shows them.
public enum MetricsDocument {
    /// One line of the history.
    public static func json(_ metric: Metric) -> JSON {
        var json: JSON = [
            "epoch": .integer(metric.epoch), "split": .string(metric.split), "loss": .finite(metric.loss),
        ]
        if let accuracy = metric.accuracy { json.set("accuracy", .finite(accuracy)) }
        if let r2 = metric.r2 { json.set("r2", .finite(r2)) }
        json.set("learning_rate", .finite(metric.learningRate))
        json.set("duration_ms", .finite(metric.durationMilliseconds))
        return json
    }

    /// Lines with a header.
    public static func csv(_ metrics: [Metric]) -> String {
        func cell(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        return "epoch,split,loss,accuracy,r2,learning_rate,duration_ms\n"
            + metrics.map { metric in
                "\(metric.epoch),\(metric.split),\(metric.loss),\(cell(metric.accuracy)),\(cell(metric.r2)),"
                    + "\(cell(metric.learningRate)),\(cell(metric.durationMilliseconds))\n"
            }.joined()
    }
}
