import JSONTree
import Lowering
import Training

extension RunDocument {
    static var schema: Schema {
        let number = Schema.number.nullable
        let whole = Schema.count.nullable
        return .object(
            [
                "id": .runID,
                "name": .string().nullable,
                "state": .choice(Run.State.self),
                "epoch": Schema.epoch.described("The last committed epoch."),
                "max_iter": .count,
                "loss": number.described("The newest on the rows it learns from, the penalty of weights included."),
                "validation": validationSchema,
                "learning_rate": number.described("Of the last epoch."),
                "shape": Schema.choice(StatementShape.self).nullable,
                "shape_reason": Schema.string().nullable.described("Why this form of statement, in a sentence."),
                "batch_size": whole.described("Rows that an iteration reads."),
                "rows": whole.described("Rows it learns from."),
                "inputs": whole,
                "features": .array(of: .string()),
                "label": .string(),
                "classes": Schema.array(of: .label).nullable,
                "class_counts": Schema.array(of: .count).nullable,
                "notices": Schema.array(of: .string())
                    .described("What was decided without being asked for, in sentences."),
                "task": .choice(TaskKind.self),
                "seed": .count,
                "tags": .array(of: .string()),
                "notes": .string().nullable,
                "eta_s": number.described("Seconds until it is done at the pace so far."),
                "stop_reason": Schema.choice(Run.StopReason.self).nullable,
                "error": Schema.component(.runError).nullable,
                "warm_start_epoch": whole,
                "resumed_from": whole,
                "created_at": .time,
                "started_at": Schema.time.nullable,
                "finished_at": Schema.time.nullable,
                "spec": .component(.trainingRequest),
            ],
            optional: [
                "accuracy": number.described("Of a classification."),
                "r2": number.described("Of a regression."),
                "sparkline": Schema.array(of: number).described("In a list, if asked for: losses from first to last."),
            ]
        )
    }

    static var listSchema: Schema {
        .object([
            "runs": .array(of: .component(.run)),
            "next": Schema.runID.nullable.described("`before` of the next page; null at the end."),
        ])
    }

    static var errorSchema: Schema {
        .object(
            ["code": .string(), "message": .string()],
            optional: ["field": .string(), "hint": .string(), "sqlstate": .string()]
        )
        .described("What ended a failed run.")
    }

    private static var validationSchema: Schema {
        let number = Schema.number.nullable
        return Schema.object(
            ["rows": .count, "loss": number, "best_epoch": Schema.epoch.nullable],
            optional: ["accuracy": number, "r2": number]
        )
        .nullable
        .described("What was measured on rows that are held out; null if none are.")
    }
}

extension EventFormat {
    /// An event of the stream.
    static var schema: Schema {
        .object(
            [
                "event": .choice(["metrics", "end"]),
                "data": .text(holding: MediaType.json.rawValue, .any(.component(.metric), .component(.run))),
            ],
            optional: [
                "id": Schema.string(pattern: "^[0-9]+$").described("The epoch, with the last event of it.")
            ]
        )
    }
}

extension MetricsDocument {
    static var schema: Schema {
        let number = Schema.number.nullable
        return .object(
            [
                "epoch": Schema.epoch.described("0 is the state before training."),
                "split": .choice(Split.self), "loss": number,
                "learning_rate": number, "duration_ms": number,
            ],
            optional: [
                "accuracy": number, "r2": number,
                "skipped": Schema.count.described("In a stream that falls behind: epochs left out before this one."),
            ]
        )
    }

    static var listSchema: Schema {
        .object([
            "run": .runID,
            "metrics": .array(of: .component(.metric)),
            "next": Schema.epoch.nullable.described("`after` of the next page; null at the end."),
        ])
    }
}
