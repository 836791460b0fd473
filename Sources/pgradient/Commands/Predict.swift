import ArgumentParser
import Foundation
import JSONTree
import Service
import Training

/// `pgradient predict`: what a network says about new rows.
struct Predict: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predict for rows given as JSON, or for a whole table.",
        discussion: """
            A row is an object with a value for every feature. Rows come as arguments, or from standard input as an \
            array or one object per line.

            With --table and --into all rows of a table are predicted for in the database, and written with their \
            predictions into a new table, all of it or nothing. Without --epoch the epoch that the run itself chose \
            predicts: the best on validation rows if it restores that one, else the last.

            EXAMPLES
              pgradient predict '{"x1": 0.3, "x2": -1}'
              pgradient predict --run 7 --epoch best '{"x1": 0.3, "x2": -1}'
              pgradient predict '{"x1": 0.3, "x2": -1}' '{"x1": 1, "x2": 1}'
              psql -Atc "select row_to_json(p) from points p" |
                pgradient predict --run 7
              pgradient predict --run 7 --table t --into t_scored
              pgradient predict --table public.t --into scored.t --replace --prefix p_
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: ArgumentHelp("The run; the newest if left out.", valueName: "id")) var run: Int?
    @Option(help: ArgumentHelp("last, best or a number; the run's own choice if left out.", valueName: "epoch"))
    var epoch: String?
    @Option(help: ArgumentHelp("Predict for all rows of a table or view.", valueName: "table")) var table: String?
    @Option(help: ArgumentHelp("The table to make of them.", valueName: "table")) var into: String?
    @Flag(help: "Replace the table named by --into.") var replace = false
    @Option(help: ArgumentHelp("Before the names of the columns of predictions.", valueName: "text"))
    var prefix: String?
    @Flag(help: "Print one JSON document instead of lines.") var json = false
    @Argument(help: ArgumentHelp("Rows as JSON objects.", valueName: "row")) var rows: [String] = []

    func validate() throws {
        if table != nil, into == nil { throw ValidationError("--table needs --into, where its rows are written") }
        if table == nil {
            if into != nil { throw ValidationError("--into needs --table, the rows to predict for") }
            if replace { throw ValidationError("--replace means nothing without --table and --into") }
            if prefix != nil { throw ValidationError("--prefix means nothing without --table and --into") }
        } else if !rows.isEmpty {
            throw ValidationError("--table and rows exclude each other")
        }
    }

    func run() async throws {
        let choice = try epoch.map { text in try EpochChoice(parsing: text) } ?? .chosen
        if let table, let into {
            let order = ScoringOrder(table: table, into: into, isReplacing: replace, prefix: prefix ?? "")
            return try await withBackend(global) { try await score(order, choice, on: $0) }
        }
        let rows = try rows.isEmpty ? Self.standardInput() : rows.map { try Self.parse($0, "the row \($0)") }
        try await withBackend(global) { backend in
            let (parameters, predictions) = try await backend.service.predict(run, epoch: choice, rows: rows)
            if json {
                try Terminal.output(PredictionsDocument.json(parameters, predictions).pretty)
            } else {
                for prediction in predictions { try Terminal.line(PredictionsDocument.json(prediction).compact) }
            }
        }
    }

    private func score(_ order: ScoringOrder, _ choice: EpochChoice, on backend: Backend) async throws {
        let display = ScoringDisplay()
        defer { display.finish() }
        let scored = try await backend.service.score(run, epoch: choice, order) { display.show($0) }
        display.finish()
        if json { return try Terminal.output(ScoredDocument.json(scored).pretty) }
        let pace = Numbers.count(Int(Double(scored.rows) / max(scored.seconds, 1e-3)))
        try Terminal.line(
            "\(Numbers.count(scored.rows)) rows of \(scored.source) predicted by run \(scored.run), epoch \(scored.epoch), "
                + "into \(scored.name) in \(Numbers.seconds(scored.seconds)) s, \(pace) rows/s"
        )
    }

    private static func standardInput() throws -> [JSON] {
        if Terminal.inputIsInteractive {
            throw UsageError("there are no rows: give them as arguments or on standard input")
        }
        let data = try FileHandle.standardInput.readToEnd() ?? Data()
        let text = String(decoding: data, as: UTF8.self)
        if text.drop(while: \.isWhitespace).first == "[" {
            return try parse(text, "standard input").arrayValue ?? []
        }
        return try text.split(whereSeparator: \.isNewline).enumerated().map { index, line in
            try parse(String(line), "standard input, row \(index + 1)")
        }
    }

    private static func parse(_ text: String, _ place: String) throws -> JSON {
        do {
            return try JSON(parsing: text.utf8)
        } catch {
            throw UsageError("\(place): \(error)")
        }
    }
}
