import Foundation
import JSONTree

/// Whether training is PostgreSQL's time and not ours: a whole run over HTTP, against what the server itself says that
/// the statements of its session took (`log_duration`). That is what psql would show with `\timing`, less the way to
/// psql and back, so the comparison is a strict one. Statements that prepare and finish the run count on both sides.
///
/// Beside it, the statement that `GET /train/{id}/sql` prints is run by psql and compared with what the run's metrics say
/// of theirs: whoever copies it gets the speed of the run.
enum StatementsSection {
    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        let table = try await laboratory.articleTable(rows: StepSection.rows)
        var numbers = Numbers()
        try await laboratory.run("ALTER ROLE CURRENT_USER SET log_duration = on")
        try await laboratory.withDaemon { daemon in
            try await laboratory.eachRound {
                let log = ServerLogReader(path: laboratory.cluster.log)
                let (run, time) = try await daemon.http.wholeRun(Laboratory.article(table, ["max_iter": 100]))
                guard let id = run["id"]?.intValue else { throw BenchmarkError("the run has no number") }
                numbers.whole.values.append(time)
                numbers.statements.values.append(try log.busiestSession())
                let metrics = try await durations(id, daemon.http)
                numbers.metrics.append(metrics.reduce(0, +))
                numbers.iteration.values.append(Statistics.median(metrics))
                let printed = PrintedStatement(text: try await daemon.http.get("/train/\(id)/sql"))
                numbers.psql.values.append(try await printed.millisecondsPerIteration(laboratory))
                numbers.printed = printed.heading
            }
        }
        try await laboratory.run("ALTER ROLE CURRENT_USER RESET log_duration")
        return numbers.findings
    }

    /// `duration_ms` of every epoch that was trained from.
    private static func durations(_ run: Int, _ http: HTTPClient) async throws -> [Double] {
        let metrics = try JSON(parsing: Array(await http.get("/train/\(run)/metrics").utf8))["metrics"]?.arrayValue
        return (metrics ?? []).compactMap { $0["duration_ms"]?.doubleValue }
    }

    private struct Numbers {
        var whole = Series("POST /train to succeeded, 100 iterations", .milliseconds)
        var statements = Series("all statements of its session, by the server's log", .milliseconds)
        var iteration = Series("an iteration by the run's metrics", .milliseconds)
        var psql = Series("an iteration of the printed statement in psql", .milliseconds)
        var metrics: [Double] = []
        var printed = ""

        var findings: [Finding] {
            let training = Series.text(Statistics.median(metrics), .milliseconds)
            return [
                Finding(
                    .statements,
                    "whole run, against its statements",
                    ours: whole,
                    theirs: statements,
                    measure: .ratio,
                    target: .atMost(1.05),
                    notes: ["of which training, by the metrics' duration_ms: \(training)"]
                ),
                Finding(
                    .statements,
                    "its training statement, against psql",
                    ours: iteration,
                    theirs: psql,
                    measure: .ratio,
                    notes: [printed]
                ),
            ]
        }
    }
}

/// What the server's log says from a moment on.
struct ServerLogReader {
    private let path: String
    private let start: UInt64

    init(path: String) {
        self.path = path
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        start = (attributes?[.size] as? UInt64) ?? 0
    }

    /// The statements of one session, the one that took most: that which trained. Lines look like
    /// `2025-11-25 19:53:12.123 UTC [4711] LOG:  duration: 26.123 ms`.
    /// - Returns: milliseconds.
    func busiestSession() throws -> Double {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seek(toOffset: start)
        let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        var sessions: [Substring: Double] = [:]
        for line in text.split(separator: "\n") {
            guard let match = line.firstMatch(of: /\[(\d+)\] LOG:  duration: ([\d.]+) ms/) else { continue }
            sessions[match.1, default: 0] += Double(match.2) ?? 0
        }
        guard let most = sessions.values.max() else { throw BenchmarkError("\(path) tells no durations") }
        return most
    }
}

/// What `GET /train/{id}/sql` prints.
struct PrintedStatement {
    let text: String

    /// The settings that a run makes for its session, as far as they decide about plans.
    private static let settings = [
        "min_parallel_table_scan_size=0", "parallel_setup_cost=0", "parallel_tuple_cost=0", "work_mem=64MB",
    ].map { "-c \($0)" }.joined(separator: " ")

    /// Its first line.
    var heading: String { String(text.split(separator: "\n").first?.drop { "- ".contains($0) } ?? "") }

    private var iterations: Double { heading.firstMatch(of: /(\d+) iterations/).flatMap { Double($0.1) } ?? 1 }

    /// Everything that psql waits for: planning, compiling, running.
    func millisecondsPerIteration(_ laboratory: Laboratory) async throws -> Double {
        let input = "\\timing on\n\\o /dev/null\n" + text
        let output = try await Psql(laboratory).run([], input: input, options: Self.settings)
        let times = output.matches(of: /Time: ([\d.]+) ms/).compactMap { Double($0.1) }
        guard !times.isEmpty else { throw BenchmarkError("psql told no times: \(output.prefix(500))") }
        return times.reduce(0, +) / iterations
    }
}
