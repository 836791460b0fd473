import ArgumentParser
import Foundation
import JSONTree
import Service
import Training

/// `pgradient predict`: what a network says about new rows.
struct Predict: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predict for rows given as JSON.",
        discussion: """
            A row is an object with a number for every feature. Rows come as arguments, or from standard input as an \
            array or one object per line.

            EXAMPLES
              pgradient predict '{"x1": 0.3, "x2": -1}'
              pgradient predict --run 7 --epoch best '{"x1": 0.3, "x2": -1}'
              pgradient predict '{"x1": 0.3, "x2": -1}' '{"x1": 1, "x2": 1}'
              psql -Atc "select row_to_json(p) from points p" |
                pgradient predict --run 7
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: ArgumentHelp("The run; the newest if left out.", valueName: "id")) var run: Int?
    @Option(help: ArgumentHelp("last, best or a number.", valueName: "epoch")) var epoch = "last"
    @Flag(help: "Print one JSON document instead of a line per row.") var json = false
    @Argument(help: ArgumentHelp("Rows as JSON objects.", valueName: "row")) var rows: [String] = []

    func run() async throws {
        let choice = try EpochChoice(parsing: epoch)
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
