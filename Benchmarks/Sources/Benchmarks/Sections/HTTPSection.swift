import Foundation
import JSONTree

/// What somebody waits for who looks at a run while it trains, and from the request to the first loss.
enum HTTPSection {
    private static let rate = 100
    private static let paths = ["/train/1", "/params"]

    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        try await looking(laboratory) + starting(laboratory) + picture(laboratory)
    }

    /// A run of 100,000 rows in parallel workers keeps all cores busy meanwhile.
    private static func looking(_ laboratory: Laboratory) async throws -> [Finding] {
        var middles: [String: Series] = [:]
        var tails: [String: Series] = [:]
        var throughput: [String: [Double]] = [:]
        for path in paths {
            middles[path] = Series("median of \(rate) requests per second", .milliseconds)
            tails[path] = Series("99th percentile of \(rate) requests per second", .milliseconds)
        }
        let table = try await laboratory.articleTable(rows: StepSection.rows)
        let seconds = laboratory.isQuick ? 3 : 10
        try await laboratory.withDaemon { daemon in
            let run = try await daemon.start(Laboratory.article(table, ["max_iter": 1_000_000, "history": "last"]))
            try await daemon.waitForEpoch(5, of: run)
            let real = ["/train/1": "/train/\(run)", "/params": "/params?run=\(run)"]
            try await laboratory.eachRound {
                let asked = paths.compactMap { real[$0] }
                let times = try await PacedRequests.measure(asked, port: daemon.port, rate: rate, seconds: seconds)
                for path in paths {
                    let values = times[real[path] ?? ""] ?? []
                    middles[path]?.values.append(Statistics.median(values))
                    tails[path]?.values.append(Statistics.quantile(0.99, of: values))
                    let url = daemon.http.base + (real[path] ?? "")
                    throughput[path, default: []].append(try Wrk.throughput(url, seconds: laboratory.isQuick ? 1 : 3))
                }
            }
            try await daemon.cancel(run)
        }
        return paths.flatMap { path in
            let full = Int(Statistics.median(throughput[path] ?? []))
            let name = path == "/params" ? "GET /params" : "GET /train/{id}"
            return [
                Finding(
                    .http,
                    "\(name) while a run trains, median",
                    ours: middles[path] ?? Series("", .milliseconds),
                    measure: .itself,
                    target: .atMost(5),
                    notes: ["by wrk, eight clients as fast as they can: \(full) requests per second"]
                ),
                Finding(
                    .http,
                    "the same, 99th percentile",
                    ours: tails[path] ?? Series("", .milliseconds),
                    measure: .itself,
                    target: .atMost(50)
                ),
            ]
        }
    }

    private static func starting(_ laboratory: Laboratory) async throws -> [Finding] {
        var first = Series("POST /train to the first loss in the event stream", .milliseconds)
        try await laboratory.withDaemon { daemon in
            // The first request of a daemon opens connections.
            _ = try await daemon.http.get("/train")
            try await laboratory.eachRound {
                for _ in 0..<(laboratory.isQuick ? 2 : 5) {
                    first.values.append(try await daemon.millisecondsToFirstLoss())
                }
            }
        }
        return [
            Finding(
                .http,
                "POST /train to the first loss, 10,000 rows",
                ours: first,
                measure: .itself,
                target: .atMost(300)
            )
        ]
    }

    private static func picture(_ laboratory: Laboratory) async throws -> [Finding] {
        var times = Series("GET /train/{id}/boundary, the slowest of ten epochs", .milliseconds)
        try await laboratory.withDaemon { daemon in
            let (run, _) = try await daemon.http.wholeRun(["seed": 1])
            let id = run["id"]?.intValue ?? 0
            try await laboratory.eachRound {
                let port = daemon.port
                times.values.append(
                    try await Laboratory.offPool {
                        let connection = try RawConnection(port: port)
                        return try stride(from: 10, through: 100, by: 10).map { epoch in
                            let started = ContinuousClock.now
                            _ = try connection.ask("GET", "/train/\(id)/boundary?epoch=\(epoch)")
                            return started.duration(to: .now) / .milliseconds(1)
                        }.max() ?? .nan
                    }
                )
            }
        }
        return [Finding(.http, "decision picture of an epoch", ours: times, measure: .itself, target: .atMost(100))]
    }
}

extension Daemon {
    var port: UInt16 { UInt16(http.base.split(separator: ":").last ?? "") ?? 0 }

    /// - Returns: the run's number.
    func start(_ body: JSON) async throws -> Int {
        let port = port
        let text = try await Laboratory.offPool { try RawConnection(port: port).ask("POST", "/train", body.compact) }
        guard let id = try JSON(parsing: text.utf8)["id"]?.intValue else { throw BenchmarkError("no run: \(text)") }
        return id
    }

    func cancel(_ run: Int) async throws {
        let port = port
        _ = try await Laboratory.offPool { try RawConnection(port: port).ask("DELETE", "/train/\(run)") }
    }

    func epoch(of run: Int) async throws -> Int {
        try JSON(parsing: Array(await http.get("/train/\(run)").utf8))["epoch"]?.intValue ?? 0
    }

    func waitForEpoch(_ epoch: Int, of run: Int) async throws {
        while try await self.epoch(of: run) < epoch { try await Task.sleep(for: .milliseconds(50)) }
    }

    /// The example with 10,000 rows, as somebody would who wants to see it learn.
    func millisecondsToFirstLoss() async throws -> Double {
        let port = port
        return try await Laboratory.offPool {
            let connection = try RawConnection(port: port)
            let body = #"{"source": {"example": "article", "rows": 10000}}"#
            let started = ContinuousClock.now
            let run = try JSON(parsing: connection.ask("POST", "/train", body).utf8)
            let id = run["id"]?.intValue ?? 0
            try connection.send("GET", "/train/\(id)/events")
            _ = try connection.readThrough("\"loss\":")
            let time = started.duration(to: .now) / .milliseconds(1)
            // The next round begins with an idle worker.
            _ = try connection.readThrough("event: end")
            return time
        }
    }
}
