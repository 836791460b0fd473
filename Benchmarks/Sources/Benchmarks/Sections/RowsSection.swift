import JSONTree

/// How time grows with the rows, in one process; and whether `auto` is worth its name where rows are few.
///
/// What grows is the statement, so that is what is compared: `duration_ms` of the run's metrics. The transaction around it
/// costs the same whatever the rows, a few milliseconds; that it counts where rows are few is said in the notes, and is
/// what `auto` is there for.
enum RowsSection {
    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        [try await growth(laboratory), try await automatic(laboratory)]
    }

    private static func growth(_ laboratory: Laboratory) async throws -> Finding {
        let sizes: [(rows: Int, name: String, iterations: Int)] =
            [(10_000, "10,000", 30), (100_000, "100,000", 10)]
            + (laboratory.isQuick ? [] : [(1_000_000, "1,000,000", 4)])
        var series: [Series] = []
        var committed: [[Double]] = Array(repeating: [], count: sizes.count)
        var tables: [String] = []
        for size in sizes {
            series.append(Series("a row and iteration, \(size.name) rows", .nanoseconds))
            tables.append(try await laboratory.articleTable(rows: size.rows))
        }
        try await laboratory.eachRound {
            for (index, size) in sizes.enumerated() {
                let body = Laboratory.article(
                    tables[index],
                    ["shape": "step", "max_iter": .integer(size.iterations)]
                )
                let run = try await laboratory.train(body, options: Laboratory.serial)
                let statement = Statistics.median(try await laboratory.durations(run.run))
                series[index].values.append(statement * 1e6 / Double(size.rows))
                committed[index].append(run.millisecondsPerIteration * 1e6 / Double(size.rows))
            }
        }
        let ordered = series.sorted { $0.median > $1.median }
        return Finding(
            .rows,
            "time per row, 10,000 to \(laboratory.isQuick ? "100,000" : "1,000,000") rows, serial",
            ours: ordered[0],
            theirs: ordered[ordered.count - 1],
            measure: .ratio,
            target: .atMost(1.3),
            notes: zip(series, committed).map { series, committed in
                let whole = Series.text(Statistics.median(committed), .nanoseconds)
                return "\(series.label): \(series.text), with its transaction \(whole)"
            }
        )
    }

    private static func automatic(_ laboratory: Laboratory) async throws -> Finding {
        let table = try await laboratory.articleTable(rows: 10_000)
        var ours = Series("auto, an iteration of 100 on 10,000 rows", .milliseconds)
        var serial = Series("serial step, an iteration of 100", .milliseconds)
        var reason = ""
        try await laboratory.eachRound {
            let run = try await laboratory.train(Laboratory.article(table, ["shape": "auto", "max_iter": 100]))
            ours.values.append(run.meanPerIteration)
            reason = "\(run.run.shape?.rawValue ?? "?"): \(run.run.shapeReason ?? "?")"
            let step = try await laboratory.train(
                Laboratory.article(table, ["shape": "step", "max_iter": 100]),
                options: Laboratory.serial
            )
            serial.values.append(step.meanPerIteration)
        }
        return Finding(
            .rows,
            "auto on 10,000 rows, against serial steps",
            ours: ours,
            theirs: serial,
            measure: .ratio,
            target: .atMost(1),
            notes: [reason]
        )
    }
}
