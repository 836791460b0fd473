import JSONTree
import Postgres
import SQLText

/// Runs side by side: what was asked of each, and what came of it.
public struct RunComparison: Sendable {
    /// A line of the comparison: one value per run, in the order they were asked for. Null stands for none.
    public struct Line: Sendable, Hashable {
        public let name: String
        public let values: [JSON]

        /// Whether not all runs have the same.
        public var differs: Bool { Set(values).count > 1 }
    }

    public let runs: [Int]
    public let options: [Line]
    public let results: [Line]

    /// Compares runs.
    /// - Throws: `TrainingError` if one is not there.
    static func compare(_ ids: [Int], on connection: Connection) async throws -> RunComparison {
        var runs: [Run] = []
        var validations: [Metric?] = []
        for id in ids {
            let run = try await RunStore.run(id, on: connection)
            runs.append(run)
            validations.append(try await validation(run, on: connection))
        }
        return RunComparison(runs: ids, options: options(of: runs), results: results(of: runs, validations))
    }

    /// The newest measurement on rows that were held out; nil where none were.
    private static func validation(_ run: Run, on connection: Connection) async throws -> Metric? {
        let found = try await connection.query(
            """
            SELECT epoch, split, loss, accuracy, r2, learning_rate, duration_ms FROM pgradient.metrics
            WHERE run_id = \(run.id) AND split = 'validation' ORDER BY epoch DESC LIMIT 1
            """,
            name: "validation metrics"
        )
        return try found.first.map(Metric.init)
    }

    /// What people write about a run is no option of its training.
    private static let texts: Set<String> = ["name", "tags", "notes"]

    private static func options(of runs: [Run]) -> [Line] {
        var names: [String] = []
        for run in runs {
            for name in (run.spec.objectValue ?? [:]).keys where !texts.contains(name) && !names.contains(name) {
                names.append(name)
            }
        }
        // jsonb has an order of its own, which says nothing.
        return names.sorted().map { name in Line(name: name, values: runs.map { $0.spec[name] ?? .null }) }
    }

    private static func results(of runs: [Run], _ validations: [Metric?]) -> [Line] {
        func line(_ name: String, _ value: (Run, Metric?) -> JSON) -> Line {
            Line(name: name, values: zip(runs, validations).map(value))
        }
        let lines = [
            line("name") { run, _ in .optional(run.name) },
            line("tags") { run, _ in run.tags.isEmpty ? .null : .array(run.tags.map(JSON.string)) },
            line("state") { run, _ in .string(run.state.rawValue) },
            line("stop_reason") { run, _ in .optional(run.stopReason?.rawValue) },
            line("epochs") { run, _ in .integer(run.epoch) },
            line("loss") { run, _ in .finite(run.loss) },
            line("accuracy") { run, _ in .finite(run.accuracy) },
            line("r2") { run, _ in .finite(run.r2) },
            line("validation_loss") { _, metric in .finite(metric?.loss) },
            line("validation_accuracy") { _, metric in .finite(metric?.accuracy) },
            line("validation_r2") { _, metric in .finite(metric?.r2) },
            line("seconds") { run, _ in .finite(run.seconds.map { ($0 * 1000).rounded() / 1000 }) },
            line("rows") { run, _ in .optional(run.rows) },
            line("parameters") { run, _ in .optional(run.layerSizes.map(Self.parameters)) },
            line("shape") { run, _ in .optional(run.shape?.rawValue) },
        ]
        // A line that no run has anything to say to is left out: R² of classifications, validation without any.
        return lines.filter { line in line.values.contains { $0 != .null } }
    }

    private static func parameters(_ sizes: [Int]) -> Int {
        zip(sizes, sizes.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
    }
}
