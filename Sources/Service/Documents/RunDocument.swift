import Foundation
import JSONTree
import Training

/// A run as an answer shows it.
public enum RunDocument {
    /// The documented fields in the documented order.
    public static func json(_ run: Run) -> JSON {
        var json: JSON = [
            "id": .integer(run.id),
            "name": .optional(run.name),
            "state": .string(run.state.rawValue),
            "epoch": .integer(run.epoch),
            "max_iter": .integer(run.maxIter),
            "loss": .finite(run.loss),
        ]
        switch run.task {
        case .classification: json.set("accuracy", .finite(run.accuracy))
        case .regression: json.set("r2", .finite(run.r2))
        }
        json.set("validation", validation(run))
        json.set("learning_rate", .finite(run.learningRate))
        json.set("shape", .optional(run.shape?.rawValue))
        json.set("shape_reason", .optional(run.shapeReason))
        json.set("batch_size", .optional(run.batchSize))
        json.set("rows", .optional(run.rows))
        json.set("inputs", .optional(run.layerSizes?.first))
        json.set("features", .array(run.features.map(JSON.string)))
        json.set("label", .string(run.label))
        json.set("classes", run.classes.map(JSON.array) ?? .null)
        json.set("class_counts", run.classCounts.map { .array($0.map(JSON.integer)) } ?? .null)
        json.set("notices", .array(run.notices.map(JSON.string)))
        json.set("task", .string(run.task.rawValue))
        json.set("seed", .integer(run.seed))
        json.set("tags", .array(run.tags.map(JSON.string)))
        json.set("notes", .optional(run.notes))
        json.set("eta_s", .finite(run.etaSeconds.map { ($0 * 10).rounded() / 10 }))
        json.set("stop_reason", .optional(run.stopReason?.rawValue))
        json.set("error", run.error ?? .null)
        json.set("warm_start_epoch", .optional(run.warmStartEpoch))
        json.set("resumed_from", .optional(run.resumedFrom))
        json.set("created_at", time(run.createdAt))
        json.set("started_at", time(run.startedAt))
        json.set("finished_at", time(run.finishedAt))
        json.set("spec", run.spec)
        return json
    }

    /// What was measured on rows that are held out; null if none are.
    private static func validation(_ run: Run) -> JSON {
        guard let rows = run.validationRows, rows > 0 else { return .null }
        var json: JSON = ["rows": .integer(rows), "loss": .finite(run.validationLoss)]
        switch run.task {
        case .classification: json.set("accuracy", .finite(run.validationAccuracy))
        case .regression: json.set("r2", .finite(run.validationR2))
        }
        json.set("best_epoch", .optional(run.bestEpoch))
        return json
    }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// RFC 3339 in UTC with milliseconds.
    static func time(_ seconds: Double?) -> JSON {
        guard let seconds else { return .null }
        return .string(Date(timeIntervalSince1970: seconds).formatted(style))
    }
}
