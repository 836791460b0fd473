import JSONTree

/// What the server needs beyond its shared buffers while it trains on 100,000 rows, shape by shape.
enum MemorySection {
    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        let table = try await laboratory.articleTable(rows: StepSection.rows)
        let shapes: [(title: String, options: JSON)] = [
            ("step", ["shape": "step", "max_iter": 20]),
            ("block of 10", ["shape": "block", "block_size": 10, "max_iter": 20]),
            ("recursive, 100 iterations", ["shape": "recursive", "block_size": 100, "max_iter": 100]),
            ("batches of 200", ["shape": "recursive", "batch_size": 200, "max_iter": 5, "learning_rate_init": 0.1]),
            ("window of 10", ["shape": "window", "block_size": 10, "max_iter": 20]),
        ]
        var findings: [Finding] = []
        for shape in shapes {
            let footprint = try await laboratory.footprint(Laboratory.article(table, shape.options))
            let peak = Series(
                "private memory of session and workers, peak",
                .megabytes,
                [footprint.megabytes]
            )
            let files = "\(footprint.files), \(Series.text(footprint.fileMegabytes, .megabytes))"
            findings.append(
                Finding(
                    .memory,
                    "memory, \(shape.title)",
                    ours: peak,
                    measure: .itself,
                    target: .atMost(256),
                    notes: ["temporary files in \(shape.options["max_iter"]?.intValue ?? 0) iterations: \(files)"]
                )
            )
            Benchmarks.note("  \(shape.title)")
        }
        return findings
    }
}
