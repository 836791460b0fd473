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
        let key = key(dataset)
        let found = try await connection.query(
            """
            SELECT \(Feature.text("key")) AS class, rows
            FROM (SELECT \(key) AS key, count(*) FILTER (WHERE s = 'train') AS rows FROM \(try rows.relation())
                  WHERE k IS NOT NULL GROUP BY \(key)) AS counted
            ORDER BY key LIMIT \(literal: maximum + 1)
            """,
            name: "classes"
        )
        return try ClassCounts(
            names: found.decode(String.self, "class"),
            counts: found.decode(Int.self, "rows"),
            of: dataset
        )
    }

    /// What rows are grouped by. Text is told apart by its characters, whatever the collation of the column.
    private static func key(_ dataset: Dataset) -> Identifier {
        Identifier(static: dataset.label.kind == .text ? "y" : "k")
    }

    /// The label's column, to be counted along with those of features; nil if only the server knows the order of its
    /// values.
    static func column(_ dataset: Dataset) -> CategoryCounts.Column? {
        dataset.label.kind == .enumeration ? nil : .init(key: key(dataset), maximum: maximum + 1)
    }

    /// Puts the values of that column into their order.
    /// - Throws: `TrainingError` as above.
    init(_ counted: CategoryCounts, of dataset: Dataset) throws(TrainingError) {
        let areNumbers = dataset.label.kind == .integer
        let pairs = zip(counted.names, counted.counts).sorted { before, after in
            if areNumbers, let first = Int(before.0), let second = Int(after.0) { return first < second }
            return before.0.utf8.lexicographicallyPrecedes(after.0.utf8)
        }
        try self.init(names: pairs.map(\.0), counts: pairs.map(\.1), of: dataset)
    }

    private init(names: [String], counts: [Int], of dataset: Dataset) throws(TrainingError) {
        let label = "the label \"\(dataset.label.name)\" of \(dataset.title)"
        guard names.count <= Self.maximum else {
            throw TrainingError(
                .tooManyClasses,
                "\(label) has more than \(Self.maximum) classes",
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
        (self.names, self.counts) = (names, counts)
    }
}
