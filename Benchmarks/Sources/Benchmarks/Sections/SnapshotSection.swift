import JSONTree
import Postgres
import SQLText

/// Preparing a run on a table of ten numeric and three categorical columns, against a plain copy of the same columns.
///
/// What is timed is all a run does from its claim until it is prepared: the check of the rows, means and deviations, categories,
/// classes, the copy, its statistics and its hash.
enum SnapshotSection {
    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        let rows = laboratory.isQuick ? 100_000 : 1_000_000
        let table = try await wideTable(rows, laboratory)
        var ours = Series("a run, until it is prepared", .milliseconds)
        var copy = Series("CREATE TABLE … AS SELECT *", .milliseconds)
        try await laboratory.eachRound {
            let clock = ContinuousClock()
            let copying = try await clock.measure {
                try await laboratory.run("CREATE TABLE copy AS SELECT * FROM \(table)")
            }
            try await laboratory.run("DROP TABLE copy")
            copy.values.append(copying / .milliseconds(1))
            let body: JSON = [
                "source": ["table": .string(table)], "label": "y", "hidden_layer_sizes": [], "batch_size": "full",
                "shape": "step", "max_iter": 1, "max_runtime_s": 0.001, "seed": 1,
            ]
            let preparing = try await laboratory.timeToPrepare(body)
            ours.values.append(preparing / .milliseconds(1))
        }
        return [
            Finding(
                .snapshot,
                "preparing \(laboratory.isQuick ? "100,000" : "1,000,000") rows, 10 numeric and 3 categorical columns",
                ours: ours,
                theirs: copy,
                measure: .ratio,
                target: .atMost(3)
            )
        ]
    }

    /// Hashed from the number of the row: seven columns of float8, three of int, three of text.
    private static func wideTable(_ rows: Int, _ laboratory: Laboratory) async throws -> String {
        let name = "wide_\(rows)"
        func hash(_ stream: Int, _ below: Int) -> String { "(hashint8extended(i, \(stream)) & 1048575) % \(below)" }
        let floats = (1...7).map { "(\(hash($0, 1_000_003)))::float8 / 7 AS n\($0)" }
        let integers = (8...10).map { "(\(hash($0, 1_000)))::int4 AS n\($0)" }
        let texts = [(11, 3), (12, 12), (13, 40)].map { "'category ' || \(hash($0.0, $0.1)) AS c\($0.0 - 10)" }
        let columns = (floats + integers + texts + ["(\(hash(14, 2)))::int4 AS y"]).joined(separator: ", ")
        try await laboratory.run(
            """
            CREATE TABLE IF NOT EXISTS \(name) AS SELECT \(columns) FROM generate_series(1, \(rows)) AS i;
            ANALYZE \(name)
            """
        )
        return name
    }
}
