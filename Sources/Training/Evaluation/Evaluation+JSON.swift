import JSONTree

extension Evaluation {
    /// All that was measured, as answers show it and as `pgradient.evaluations` keeps it.
    public var document: JSON {
        var json: JSON = ["rows": .integer(measures.rows), "notice": .optional(notice)]
        switch measures {
        case .classification(let measures): measures.write(to: &json, classes: classes ?? [])
        case .regression(let measures): measures.write(to: &json)
        }
        if let importance { json.set("importance", importance.json) }
        return json
    }
}

extension ClassificationMeasures {
    fileprivate func write(to json: inout JSON, classes labels: [JSON]) {
        json.set("accuracy", .finite(accuracy))
        json.set("log_loss", .finite(logLoss))
        json.set("roc_auc", .finite(rocAUC))
        let counts = confusion.map { JSON.array($0.map(JSON.integer)) }
        json.set("confusion_matrix", ["classes": .array(labels), "counts": .array(counts)])
        let lines = zip(labels, classes).map { label, line -> JSON in
            [
                "class": label, "precision": .finite(line.precision), "recall": .finite(line.recall),
                "f1": .finite(line.f1), "roc_auc": .finite(line.rocAUC), "support": .integer(line.support),
                "predicted": .integer(line.predicted),
            ]
        }
        json.set("classes", .array(lines))
        json.set("macro", macro.json)
        json.set("weighted", weighted.json)
        let bins = calibration.map { bin -> JSON in
            [
                "from": .number(bin.from), "to": .number(bin.to), "rows": .integer(bin.rows),
                "predicted": .finite(bin.predicted), "observed": .finite(bin.observed),
            ]
        }
        json.set(
            "calibration",
            [
                // Of more than two classes it is the one that was predicted.
                "class": labels.count == 2 ? labels[1] : .null,
                "expected_error": .finite(calibrationError), "bins": .array(bins),
            ]
        )
    }
}

extension ClassificationMeasures.Average {
    fileprivate var json: JSON {
        ["precision": .finite(precision), "recall": .finite(recall), "f1": .finite(f1)]
    }
}

extension RegressionMeasures {
    fileprivate func write(to json: inout JSON) {
        json.set("rmse", .finite(rmse))
        json.set("mae", .finite(mae))
        json.set("r2", .finite(r2))
        json.set("mean_error", .finite(meanError))
        json.set("max_error", .finite(maximumError))
        let lines = deciles.map { decile -> JSON in
            [
                "rows": .integer(decile.rows), "from": .finite(decile.from), "to": .finite(decile.to),
                "predicted": .finite(decile.predicted), "actual": .finite(decile.actual),
            ]
        }
        json.set("deciles", .array(lines))
    }
}

extension Importance {
    fileprivate var json: JSON {
        let lines = features.map { feature -> JSON in
            [
                "feature": .string(feature.name), "mean": .finite(feature.mean),
                "deviation": .finite(feature.deviation),
            ]
        }
        return [
            "measure": .string(measure.rawValue), "repeats": .integer(repeats), "features": .array(lines),
        ]
    }
}
