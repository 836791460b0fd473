import ArgumentParser
import Foundation
import JSONTree

/// What columns and rows are to training, as flags.
struct DataOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Columns whose values are categories, with commas between them.", valueName: "a,b,…"))
    var categorical: String?
    @Option(help: ArgumentHelp("Columns to leave out, with commas between them.", valueName: "a,b,…"))
    var ignore: String?
    @Option(help: "error, skip or mean: what becomes of rows with NULLs.") var nulls: String?

    @Option(
        name: .customLong("class-weight"),
        help: ArgumentHelp("balanced, or weights as in '{\"yes\": 5}'.", valueName: "weights")
    )
    var classWeight: String?
    @Option(
        name: .customLong("weight-column"),
        help: ArgumentHelp("Column that says what a row counts.", valueName: "column")
    )
    var weightColumn: String?
    @Option(
        name: .customLong("split-column"),
        help: ArgumentHelp("Column with train, validation or test.", valueName: "column")
    )
    var splitColumn: String?
    @Option(
        name: .customLong("validation-fraction"),
        parsing: .unconditional,
        help: ArgumentHelp("Share of the rows that is held out.", valueName: "x")
    )
    var validationFraction: Double?
    @Flag(name: .customLong("early-stopping"), help: "Stop when the loss on rows that are held out no longer falls.")
    var earlyStopping = false
    @Option(
        name: .customLong("restore-best"),
        help: ArgumentHelp("true or false: predict with the epoch best on rows held out.", valueName: "bool")
    )
    var restoreBest: Bool?

    /// Adds what was given to a request.
    func put(into body: inout JSON) throws {
        let texts = [("nulls", nulls), ("weight_column", weightColumn), ("split_column", splitColumn)]
        for (key, value) in texts { if let value { body.set(key, .string(value)) } }
        if let classWeight {
            body.set("class_weight", (try? JSON(parsing: classWeight.utf8)) ?? .string(classWeight))
        }
        if let validationFraction { body.set("validation_fraction", .number(validationFraction)) }
        if earlyStopping { body.set("early_stopping", true) }
        if let restoreBest { body.set("restore_best", .bool(restoreBest)) }
        var columns = body["columns"] ?? [:]
        guard columns.objectValue != nil else { return }
        for (names, role) in [(categorical, "categorical"), (ignore, "ignore")] {
            for name in (names ?? "").split(separator: ",") {
                columns.set(name.trimmingCharacters(in: .whitespaces), ["type": .string(role)])
            }
        }
        if columns.objectValue?.isEmpty == false { body.set("columns", columns) }
    }
}
