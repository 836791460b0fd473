import JSONTree
import Lowering
import Training

extension Operation {
    /// Operations on what runs have learned, and on tables.
    static var results: [Operation] {
        let epoch = Schema.any(.choice(["last", "best"]), .epoch)
        return [
            Operation(
                template: .params,
                method: .get,
                id: "showParams",
                summary: "The parameters of an epoch, or of many with `from` and `to`",
                tag: .results,
                parameters: [
                    .query("run", .runID, "Left out, the newest."),
                    .query("epoch", epoch.defaulting(to: "last"), "Not with `from` and `to`."),
                    .query("from", .epoch, "A history from this epoch on: `next` of the page before."),
                    .query("to", .epoch, "A history up to this epoch."),
                    .query("limit", .integer(1...1000), "Epochs on a page of a history, 100 if left out."),
                    .format,
                    .ifNoneMatch,
                ],
                answers: [
                    .table(.any(.component(.params), .component(.paramsHistory)), "Parameters.").with(.eTag, .link),
                    .notModified,
                ],
                refusals: [.notFound, .conflict]
            ),
            Operation(
                template: .predict,
                method: .post,
                id: "predict",
                summary: "Predictions for rows",
                tag: .results,
                body: Body(schema: .predictionRequest, isRequired: true),
                answers: [.json(200, .predictions, "A prediction per row.")],
                refusals: [.notFound, .conflict]
            ),
            Operation(
                template: .evaluation,
                method: .get,
                id: "showEvaluation",
                summary: "Confusion matrix, precision, recall, AUC, calibration; or errors and R²",
                tag: .results,
                parameters: [
                    .query("epoch", epoch, "Left out, the one that the run chose."),
                    .query("split", .choice(Split.self), "The run's rows to measure on."),
                    .query("table", .text, "Another table to measure on."),
                    .query("importance", .choice(Truth.self), "Whether to measure what features are worth."),
                    .query(
                        "repeats",
                        .integer(Importance.repeatRange),
                        "How often each feature's values are exchanged; \(Importance.defaultRepeats) if left out."
                    ),
                    .query("format", .choice(["json"]), "There is one."),
                ],
                answers: [.json(200, .evaluation, "What was measured.")],
                refusals: [.conflict]
            ),
            Operation(
                template: .boundary,
                method: .get,
                id: "showBoundary",
                summary: "What a network with two inputs says about every place of the plane",
                tag: .results,
                parameters: [
                    .query("epoch", epoch, "Left out, the one that the run chose."),
                    .query(
                        "size",
                        Schema.integer(DecisionPicture.sizeRange)
                            .defaulting(to: .integer(DecisionPicture.defaultSize)),
                        "Cells along either axis."
                    ),
                    .query(
                        "points",
                        Schema.integer(0...DecisionPicture.maximumPoints)
                            .defaulting(to: .integer(DecisionPicture.maximumPoints)),
                        "Rows to show at most."
                    ),
                ],
                answers: [.json(200, .boundary, "The picture.")],
                refusals: [.conflict]
            ),
            Operation(
                template: .sql,
                method: .get,
                id: "showStatement",
                summary: "The statement that trains, or one that predicts, for psql",
                tag: .results,
                parameters: [
                    .query("shape", .choice(StatementShape.self), "Another form than the run's."),
                    .query("dialect", .choice(["postgres"]), "There is one so far."),
                    .query("iterations", .integer(1...1_000_000), "Iterations in the statement."),
                    .query("as", .choice(ServingForm.self), "The network as a statement that predicts."),
                    .query("name", .text, "With `as`: the name of the view or function."),
                    .query("epoch", epoch, "With `as`: left out, the one that the run chose."),
                    .query("table", .text, "With `as`: the table to read."),
                    .query("prefix", .text, "With `as`: put before the names of columns."),
                ],
                answers: [.text(.plainText, "SQL.")],
                refusals: [.conflict]
            ),
            Operation(
                template: .tables,
                method: .get,
                id: "listTables",
                summary: "Tables that can be learned from",
                tag: .tables,
                parameters: [
                    .query("after", .text, "Tables after this: `next` of the page before."),
                    .query("search", .text, "Tables whose name or schema has this somewhere."),
                    .query("limit", Schema.integer(1...1000).defaulting(to: 100), "Tables on a page."),
                ],
                answers: [Answer.json(200, .tableList, "A page of tables.").with(.link)]
            ),
            Operation(
                template: .describe,
                method: .get,
                id: "describeTable",
                summary: "A table as training sees it: what becomes of each column",
                tag: .tables,
                parameters: [
                    Parameter.query("table", .text, "The table or view.").required,
                    .query("label", .text, "The column to predict."),
                ],
                answers: [.json(200, .tableDescription, "The table.")]
            ),
        ]
    }

    /// Operations on the daemon.
    static var daemon: [Operation] {
        [
            Operation(
                template: .dashboard,
                method: .get,
                id: "showDashboard",
                summary: "The page for people; it needs no token, and asks for one itself",
                tag: .daemon,
                parameters: [.ifNoneMatch],
                answers: [
                    Answer.text(.html, "The page.")
                        .with(.eTag, .securityPolicy, .typeOptions, .referrerPolicy, .openerPolicy),
                    Answer.notModified.with(.securityPolicy),
                ]
            ),
            Operation(
                template: .openAPI,
                method: .get,
                id: "showDocument",
                summary: "This document",
                tag: .daemon,
                answers: [
                    Answer(
                        status: 200,
                        description: "The document.",
                        content: [
                            (
                                .json,
                                .object(["openapi": .string(pattern: #"^3\.1\."#)]).adding("additionalProperties", true)
                            )
                        ]
                    )
                ]
            ),
            Operation(
                template: .prometheus,
                method: .get,
                id: "showServiceMetrics",
                summary: "Figures of the daemon, in the text format of Prometheus",
                tag: .daemon,
                answers: [.text(.plainText, "The figures.")]
            ),
            Operation(
                template: .health,
                method: .get,
                id: "showHealth",
                summary: "Whether the daemon is alive",
                tag: .daemon,
                answers: [.json(200, .status, "It is.")]
            ),
            Operation(
                template: .ready,
                method: .get,
                id: "showReadiness",
                summary: "Whether the daemon can do its work",
                tag: .daemon,
                answers: [.json(200, .readiness, "It can.")]
            ),
        ]
    }
}
