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
                // One iteration is all that step has in a statement.
                let length = run["shape"]?.stringValue == "step" ? "" : "?iterations=100"
                let printed = PrintedStatement(text: try await daemon.http.get("/train/\(id)/sql\(length)"))
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
