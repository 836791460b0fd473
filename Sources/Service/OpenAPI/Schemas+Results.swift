import JSONTree
import Networks
import Training

extension ParamsDocument {
    private static let names = Schema.map(of: Schema.number.nullable)
        .described("`w{layer}_{i}_{j}` goes from input i to unit j, `b{layer}_{j}` is a bias.")

    static var schema: Schema {
        let numbers = Schema.array(of: Schema.number.nullable)
        return .object([
            "run": .runID, "epoch": .epoch,
            "loss": Schema.number.nullable.described("Null until the epoch is measured."),
            "params": names,
            "layers": .array(
                of: .object([
                    "weights": Schema.array(of: numbers).described("From input i to unit j."), "biases": numbers,
                    "activation": Schema.choice(Activation.self).nullable,
                ])
            ),
        ])
    }

    static var entrySchema: Schema {
        .object(["epoch": .epoch, "loss": Schema.number.nullable, "params": names])
    }

    static var historySchema: Schema {
        .object([
            "run": .runID,
            "history": .array(of: .component(.paramsEntry)),
            "next": Schema.epoch.nullable.described("`from` of the next page; null at the end."),
        ])
    }
}

extension PredictionsDocument {
    static var requestSchema: Schema {
        let epoch = Schema.any(.choice(["last", "best"]), .string(pattern: "^[0-9]+$"), .epoch)
        return .object(
            [
                "rows": .array(of: Schema(["type": "object"]), count: 0...10_000)
                    .described("An object per row, with the features of the run by name.")
            ],
            optional: [
                "run": Schema.runID.nullable.described("Left out, the newest."),
                "epoch": epoch.nullable.described("Left out, the one that the run chose."),
            ],
            isClosed: true
        )
        .example(["rows": [["x1": 0.3, "x2": -1]]])
    }

    static var schema: Schema {
        let classified = Schema.object(["label": .label, "probabilities": .map(of: Schema.number.nullable)])
        let estimated = Schema.object(["value": Schema.number.nullable])
        return .object(["run": .runID, "epoch": .epoch, "predictions": .array(of: .any(classified, estimated))])
    }
}

extension EvaluationDocument {
    static var schema: Schema {
        let number = Schema.number.nullable
        let average = Schema.object(["precision": number, "recall": number, "f1": number])
        let byClass = Schema.object([
            "class": .label, "precision": number, "recall": number, "f1": number, "roc_auc": number, "support": .count,
            "predicted": .count,
        ])
        let bin = Schema.object([
            "from": .number, "to": .number, "rows": .count, "predicted": number, "observed": number,
        ])
        let decile = Schema.object([
            "rows": .count, "from": number, "to": number, "predicted": number, "actual": number,
        ])
        let worth = Schema.object(["feature": .string(), "mean": number, "deviation": number])
        return .object(
            ["run": .runID, "epoch": .epoch, "rows": .count, "notice": .string().nullable],
            optional: [
                "split": Schema.choice(Split.self), "table": .string(),
                "accuracy": number, "log_loss": number, "roc_auc": number,
                "confusion_matrix": Schema.object([
                    "classes": .array(of: .label), "counts": .array(of: .array(of: .count)),
                ])
                .described("Rows by actual and predicted class: counts[actual][predicted]."),
                "classes": .array(of: byClass), "macro": average, "weighted": average,
                "calibration": .object([
                    "class": Schema.label.nullable, "expected_error": number, "bins": .array(of: bin),
                ]),
                "rmse": number, "mae": number, "r2": number, "mean_error": number, "max_error": number,
                "deciles": .array(of: decile),
                "importance": .object([
                    "measure": .choice(["accuracy", "r2"]), "repeats": .integer(Importance.repeatRange),
                    "features": .array(of: worth),
                ]),
            ]
        )
        .described("Of a classification accuracy to calibration, of a regression rmse to deciles.")
    }
}

extension BoundaryDocument {
    static var schema: Schema {
        let axis = Schema.object(["column": .string(), "kind": .string(), "from": .number, "to": .number])
        let rows = Schema.array(of: .array(of: .number))
        let point = Schema.array(of: Schema(["type": ["number", "string"]]), count: 4...4)
        return .object(
            [
                "run": .runID, "epoch": .epoch, "size": .integer(DecisionPicture.sizeRange), "x": axis, "y": axis,
                "classes": Schema.array(of: .label).nullable,
                "cells": rows.described(
                    "Line by line from the lowest y: the index of the most probable class, or the value."
                ),
                "confidence": rows.nullable.described("How probable that class is."),
                "notice": .string().nullable,
            ],
            optional: ["points": Schema.array(of: point).described("Rows: x, y, label, split.")]
        )
    }
}

extension TablesDocument {
    static var schema: Schema {
        let table = Schema.object([
            "schema": .string(), "name": .string(),
            "table": Schema.string().described("As `source.table` of a request takes it."),
            "kind": .choice(ListedTable.Kind.self),
            "rows": Schema.count.nullable.described("As many as the server believes."),
            "columns": .count,
        ])
        return .object([
            "tables": .array(of: table),
            "next": Schema.string().nullable.described("`after` of the next page; null at the end."),
        ])
    }
}

extension DescriptionDocument {
    static var schema: Schema {
        let column = Schema.object([
            "name": .string(), "type": Schema.string().described("As the server writes it."),
            "role": .choice(TableDescription.Role.self),
            "use": Schema.string().described("What training would do with it, in words."),
            "nulls": .count, "distinct": Schema.count.nullable,
            "min": .string().nullable, "max": .string().nullable,
            "values": .array(of: .object(["value": .string(), "rows": .count])),
        ])
        return .object(["table": .string(), "rows": .count, "columns": .array(of: column)])
    }
}

extension Problem {
    static var schema: Schema {
        .object(
            [
                "type": .string(), "title": .string(), "status": .integer(400...599), "detail": .string(),
                "code": Schema.string(pattern: "^[a-z0-9_]+$").described(
                    "Stable, for programs. Beside those of HTTP itself: "
                        + TrainingError.Code.allCases.map(\.rawValue).joined(separator: ", ") + "."
                ),
            ],
            optional: [
                "field": Schema.string().described("The option or header field at fault."),
                "hint": Schema.string().described("What to do about it."),
                "sqlstate": Schema.string(pattern: "^[0-9A-Z]{5}$").described("The server's condition."),
                "checks": Readiness.checksSchema.described("Of `not_ready`: what was looked at."),
                "request_id": Schema.string().described("The request's name, as the field X-Request-Id has it."),
            ]
        )
        .described("What went wrong, as RFC 9457 has it.")
    }
}

extension Readiness {
    static var schema: Schema { .object(["status": .choice(["ready"]), "checks": checksSchema]) }

    /// By name.
    static var checksSchema: Schema {
        .map(
            of: .object(
                ["state": .choice(["ok", "failed"]), "detail": .string()],
                optional: ["hint": Schema.string().described("What to do about it.")]
            )
        )
    }
}
