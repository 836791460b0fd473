import JSONTree

/// Which rows a request holds out, and what for.
struct HoldoutOptions {
    let earlyStopping: Bool
    let splitColumn: String?
    let validationFraction: Double?
    let restoreBest: Bool

    /// scikit-learn's.
    private static let defaultFraction = 0.1

    /// - Throws: `TrainingError`, also for what means nothing without rows that are held out.
    init(_ options: inout OptionReader) throws(TrainingError) {
        earlyStopping = try options.bool("early_stopping") ?? false
        splitColumn = try options.string("split_column")
        let fraction = try options.number("validation_fraction", 0.001...0.9, "a number from 0.001 to 0.9")
        let restore = try options.bool("restore_best")
        if fraction != nil, splitColumn != nil {
            throw TrainingError(
                .irrelevantOption,
                "validation_fraction means nothing beside split_column, which says of every row what it is for",
                field: "validation_fraction",
                hint: "leave one of them out"
            )
        }
        validationFraction = splitColumn == nil && earlyStopping ? fraction ?? Self.defaultFraction : fraction
        if restore == true, validationFraction == nil, splitColumn == nil {
            throw TrainingError(
                .irrelevantOption,
                "restore_best needs rows for validation",
                field: "restore_best",
                hint: "add early_stopping, a validation_fraction or a split_column"
            )
        }
        restoreBest = restore ?? earlyStopping
    }
}
