import JSONTree

/// How time grows with the rows, in one process; and whether `auto` is worth its name where rows are few.
enum RowsSection {
    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        [try await growth(laboratory), try await automatic(laboratory)]
    }

    private static func growth(_ laboratory: Laboratory) async throws -> Finding {
        let sizes: [(rows: Int, iterations: Int)] =
            [(10_000, 30), (100_000, 10)] + (laboratory.isQuick ? [] : [(1_000_000, 4)])
        var series: [Series] = []
        var tables: [String] = []
        for size in sizes {
            series.append(Series("a row and iteration of \(size.rows) rows", .nanoseconds))
            tables.append(try await laboratory.articleTable(rows: size.rows))
        }
        try await laboratory.eachRound {
            for (index, size) in sizes.enumerated() {
                let body = Laboratory.article(
                    tables[index],
                    ["shape": "step", "max_iter": .integer(size.iterations)]
                )
                let run = try await laboratory.train(body, options: Laboratory.serial)
                series[index].values.append(run.millisecondsPerIteration * 1e6 / Double(size.rows))
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
            notes: series.map { "\($0.label): \($0.text)" }
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
