import Postgres
import SQLText

/// The classes of a label, in the order of the outputs, and how many rows there are of each.
struct ClassCounts: Sendable, Hashable {
    var names: [String]
    /// Rows to train on.
    var counts: [Int]

    /// More classes than this make no sense as one output each.
    static let maximum = 1_000

    /// Counts the classes; numbers and enumerations have an order of their own, text has that of its characters.
    /// - Throws: `TrainingError` if there are too few or too many, or rows that are held out have one of their own.
    static func gather(_ dataset: Dataset, _ rows: SourceRows, on connection: Connection) async throws -> ClassCounts {
        let key: SQL = dataset.label.kind == .text ? "y" : "k"
        // Numbers are grouped faster than their text.
        let found = try await connection.query(
            """
            SELECT \(Feature.text("key")) AS class, rows
            FROM (SELECT \(key) AS key, count(*) FILTER (WHERE s = 'train') AS rows FROM \(try rows.relation())
                  WHERE y IS NOT NULL GROUP BY \(key)) AS counted
            ORDER BY key LIMIT \(literal: maximum + 1)
            """,
            name: "classes"
        )
        let names = try found.decode(String.self, "class")
        let counts = try found.decode(Int.self, "rows")
        let label = "the label \"\(dataset.label.name)\" of \(dataset.title)"
        guard names.count <= maximum else {
            throw TrainingError(
                .tooManyClasses,
                "\(label) has more than \(maximum) classes",
                field: "label",
                hint: "choose another label, or ask for task regression if it is a number"
            )
        }
        if let unseen = zip(names, counts).first(where: { $1 == 0 })?.0 {
            throw TrainingError(
                .tooFewClasses,
                "\(label) has the class \"\(unseen)\" in rows that are held out, and in none to train on",
                field: "split_column",
                hint: "put rows of every class into the training split"
            )
        }
        guard names.count >= 2 else {
            throw TrainingError(
                .tooFewClasses,
                "\(label) has one class only: \"\(names.first ?? "")\"",
                field: "label",
                hint: "classification needs rows of at least two classes"
            )
        }
        return ClassCounts(names: names, counts: counts)
    }
}
