import ArgumentParser
import Service
import Training

extension Split: ExpressibleByArgument {}

/// `pgradient evaluate`: how good a run is.
struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Show how good a run is: confusion matrix, precision, recall, ROC AUC, calibration; errors of a regression.",
        discussion: """
            All of it is computed in the database, on the rows that the run took from its source or on those of a table \
            with the same columns, which may be rows it has never seen. A dash stands for what would be a division by \
            zero, as the precision of a class that is never predicted.

            --importance exchanges the values of each feature among the rows and shows how much worse the network \
            predicts then.

            EXAMPLES
              pgradient evaluate
              pgradient evaluate 7 --epoch best
              pgradient evaluate 7 --table iris_test
              pgradient evaluate 7 --importance --repeats 10
              pgradient evaluate 7 --format json
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @OptionGroup var global: GlobalOptions
    @Argument(help: ArgumentHelp("The run; the newest if left out.", valueName: "run")) var id: Int?
    @Option(help: "train, validation or test; rows the run has not learned from, if it has any.") var split: Split?
    @Option(help: ArgumentHelp("Evaluate on another table with the same columns.", valueName: "table"))
    var table: String?
    @Option(help: ArgumentHelp("last, best or a number; the one that predicts if left out.", valueName: "epoch"))
    var epoch: String?
    @Flag(help: "Measure what each feature is worth.") var importance = false

    @Option(
        help: ArgumentHelp("How often a feature's values are exchanged; \(Importance.defaultRepeats).", valueName: "n")
    )
    var repeats: Int?

    @Option(help: "text or json.") var format: Format = .text

    func validate() throws {
        if split != nil, table != nil { throw ValidationError("--split and --table exclude each other") }
        guard let repeats else { return }
        guard importance else { throw ValidationError("--repeats means nothing without --importance") }
        let range = Importance.repeatRange
        guard range.contains(repeats) else {
            throw ValidationError("--repeats is \(repeats); it must be from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    func run() async throws {
        let choice = try epoch.map { try EpochChoice(parsing: $0) } ?? .chosen
        try await withBackend(global) { backend in
            let evaluation = try await backend.service.evaluation(
                id,
                epoch: choice,
                split: split,
                table: table,
                repeats: importance ? repeats ?? Importance.defaultRepeats : nil,
                onProgress: { done, count in
                    // Nothing on a pipe: the tables say it all.
                    guard Terminal.isInteractive else { return }
                    Terminal.redraw(done < count ? "importance: \(done) of \(count) features" : "")
                }
            )
            switch format {
            case .json: try Terminal.output(EvaluationDocument.json(evaluation).pretty)
            case .text: try Terminal.output(EvaluationText(evaluation).text)
            }
        }
    }
}
