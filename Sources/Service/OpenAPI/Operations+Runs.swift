import JSONTree
import Training

extension Operation {
    /// Operations on runs.
    static var runs: [Operation] {
        let about = ["showRun", "listMetrics", "streamEvents", "cancelRun", "showStatement", "resumeRun", "editRun"]
        var started = Answer.json(202, .run, "The run, which waits for its turn.").with(.location)
        started.links = about
        return [
            Operation(
                template: .runs,
                method: .post,
                id: "startRun",
                summary: "Start a run; without a body, the article's example",
                tag: .runs,
                parameters: [.idempotencyKey],
                body: Body(schema: .trainingRequest, isRequired: false),
                answers: [started],
                refusals: [.notFound, .conflict, .tooMany, .noSpace]
            ),
            Operation(
                template: .runs,
                method: .get,
                id: "listRuns",
                summary: "Runs, newest first, with their progress",
                tag: .runs,
                parameters: [
                    .query("before", .runID, "Runs with smaller numbers than this: `next` of the page before."),
                    .query("limit", Schema.integer(1...1000).defaulting(to: 20), "Runs on a page."),
                    .query("tag", .text, "Runs that have this tag."),
                    .query("sparkline", .integer(2...500), "Adds so many losses to each run."),
                    .ifNoneMatch,
                ],
                answers: [.json(200, .runList, "A page of runs.").with(.eTag, .link), .notModified]
            ),
            Operation(
                template: .run,
                method: .get,
                id: "showRun",
                summary: "One run: state, progress, what was asked and what was decided",
                tag: .runs,
                parameters: [.ifNoneMatch],
                answers: [.json(200, .run, "The run.").with(.eTag), .notModified]
            ),
            Operation(
                template: .run,
                method: .patch,
                id: "editRun",
                summary: "Change tags, notes and name; null removes",
                tag: .runs,
                body: Body(schema: .runEdit, isRequired: true),
                answers: [.json(200, .run, "The run.")]
            ),
            Operation(
                template: .run,
                method: .delete,
                id: "cancelRun",
                summary: "Cancel a run, or delete it with everything that belongs to it",
                tag: .runs,
                parameters: [
                    .query(
                        "purge",
                        Schema.choice(Truth.self).defaulting(to: .string(Truth.false.rawValue)),
                        "Whether the run is deleted, which nobody must be training."
                    )
                ],
                answers: [
                    .json(200, .run, "It has ended; what it has learned stays."),
                    .json(202, .run, "Whoever trains it is told, and stops within its statement."),
                    Answer(status: 204, description: "It is deleted."),
                ],
                refusals: [.conflict]
            ),
            Operation(
                template: .resume,
                method: .post,
                id: "resumeRun",
                summary: "Let an ended run go on",
                tag: .runs,
                parameters: [.idempotencyKey],
                body: Body(schema: .resumption, isRequired: false),
                answers: [Answer.json(202, .run, "The run, which waits for its turn.").with(.location)],
                refusals: [.conflict, .tooMany, .noSpace]
            ),
            Operation(
                template: .events,
                method: .get,
                id: "streamEvents",
                summary: "Metrics as they come, then the run as it ended",
                tag: .runs,
                parameters: [
                    .header("Last-Event-ID", .epoch, "The last epoch that the client has seen.")
                ],
                answers: [
                    Answer(
                        status: 200,
                        description: "Events `metrics` with the epoch as their number, and one `end`; "
                            + "the schema is that of an event. A reader far behind gets every k-th epoch, with the number "
                            + "of those left out as `skipped`. Lines have all of them, and `heartbeat` when nothing is new.",
                        content: [(.eventStream, .component(.event)), (.ndjson, .string())]
                    )
                ]
            ),
            Operation(
                template: .metrics,
                method: .get,
                id: "listMetrics",
                summary: "Loss and accuracy of every epoch",
                tag: .runs,
                parameters: [
                    .query("after", .epoch, "Epochs after this: `next` of the page before."),
                    .query("limit", Schema.integer(1...10_000).defaulting(to: 1000), "Epochs on a page."),
                    .query("split", .choice(Split.self), "On these rows only."),
                    .query("every", Schema.integer(1...1_000_000).defaulting(to: 1), "Epochs that this divides."),
                    .format,
                ],
                answers: [.table(.component(.metricList), "A page of metrics, oldest first.").with(.link)]
            ),
        ]
    }
}

extension Parameter {
    /// The form of a table's answer.
    static let format = Parameter.query("format", .choice(TableFormat.self), "Overrides the Accept field.")
}
