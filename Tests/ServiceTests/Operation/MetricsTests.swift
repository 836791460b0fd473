import HTTPServer
import HTTPTypes
import JSONTree
import TestSupport
import Testing
import Training

@testable import Service

@Suite("/metrics", .timeLimit(.minutes(5)))
struct MetricsTests {
    private func scrape(_ counter: Counter) async throws -> Exposition {
        let reply = await counter.get("/metrics")
        #expect(reply.status == 200)
        #expect(reply.fields[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        return try Exposition(parsing: reply.text)
    }

    @Test("what the daemon has done since it began")
    func figures() async throws {
        try await Counter.open(working: true) { counter in
            let before = try await scrape(counter)
            #expect(before["pgradient_epochs_total"] == 0)
            #expect(before["pgradient_database_up"] == 1)
            for state in Run.State.allCases { #expect(before["pgradient_runs", ["state": state.rawValue]] == 0) }

            _ = await counter.post("/train", #"{"source": {"example": "article", "rows": 100}, "max_iter": 7}"#)
            _ = await counter.get("/train/1/events")
            try await waitUntil("the worker has not put its work down") {
                counter.board.entries.allSatisfy { $0.activity == .idle }
            }
            let after = try await scrape(counter)
            #expect(after["pgradient_runs", ["state": "succeeded"]] == 1)
            #expect(after["pgradient_runs", ["state": "queued"]] == 0)
            #expect(after["pgradient_epochs_total"] == 7)
            #expect(after["pgradient_epoch_duration_seconds_count"] == 7)
            #expect(after["pgradient_epoch_duration_seconds_sum"] ?? 0 > 0)
            #expect(after["pgradient_workers", ["state": "idle"]] == 1)
            #expect(after["pgradient_workers", ["state": "training"]] == 0)
            #expect(after["pgradient_pool_size"] == 4)
            #expect(after["pgradient_event_streams"] == 0)
            #expect(after["pgradient_build_info", ["version": "1.2.3"]] == 1)
            for kind in ["train", "transaction", "connect", "other", "measure"] {
                let count = after["pgradient_statement_duration_seconds_count", ["kind": kind]]
                #expect(count ?? 0 > 0, "\(kind)")
            }
            #expect(after["process_resident_memory_bytes"] ?? 0 > 1e6)
            #expect(after["process_open_fds"] ?? 0 > 3)
            #expect(after["process_cpu_seconds_total"] ?? 0 > 0)
            #expect(after["process_start_time_seconds"] ?? 0 > 1.7e9)
        }
    }

    @Test("requests are counted by template, not by path")
    func requests() async throws {
        try await Counter.open { counter in
            let door = Door(token: nil)
            door.open(counter.application)
            let reception = Reception(door: door, metrics: counter.metrics, logger: quiet)
            _ = await reception.handle(.init(.post, "/train"))
            for id in 1...20 { _ = await reception.handle(.init(.get, "/train/\(id)")) }
            for word in 1...20 { _ = await reception.handle(.init(.get, "/nothing/\(word)")) }
            let odd = try #require(HTTPRequest.Method(rawValue: "BREW"))
            _ = await reception.handle(.init(odd, "/train"))
            counter.metrics.observeRefusal(.badRequest)
            let found = try await scrape(counter)
            func count(_ route: String, _ method: String, _ status: String) -> Double? {
                found["pgradient_http_requests_total", ["route": route, "method": method, "status": status]]
            }
            #expect(count("/train", "POST", "2xx") == 1)
            #expect(count("/train/{id}", "GET", "2xx") == 1)
            #expect(count("/train/{id}", "GET", "4xx") == 19)
            #expect(count("none", "GET", "4xx") == 20)
            #expect(count("/train", "other", "4xx") == 1)
            #expect(found["pgradient_http_request_duration_seconds_count", ["route": "/train/{id}"]] == 20)
            #expect(found["pgradient_http_refused_total", ["status": "400"]] == 1)
            let family = try #require(found.families.first { $0.name == "pgradient_http_requests_total" })
            #expect(family.samples.count == 5)
        }
    }

    @Test("a database that is away takes only its own figures with it")
    func databaseGone() async throws {
        let server = try await TestCluster.makePrivate()
        try await Counter.open(on: server.superuserConninfo) { counter in
            try await server.crash()
            let found = try await scrape(counter)
            #expect(found["pgradient_database_up"] == 0)
            #expect(!found.families.contains { $0.name == "pgradient_runs" })
            #expect(found["process_open_fds"] != nil)
        }
        try await server.remove()
    }

    @Test("open streams are counted while they are open")
    func streams() async throws {
        try await Counter.open { counter in
            _ = await counter.post("/train", "")
            let taps = [try await counter.watch(1), try await counter.watch(1)]
            try await waitUntil("streams are not counted") {
                try await scrape(counter)["pgradient_event_streams"] == 2
            }
            #expect(try await scrape(counter)["pgradient_watched_runs"] == 1)
            for tap in taps { await tap.hangUp() }
            #expect(try await scrape(counter)["pgradient_event_streams"] == 0)
        }
    }

    @Test("labels and helps that hold anything")
    func escaping() throws {
        var text = PrometheusText()
        let odd = "a \"quoted\" \\ back\nslash {},=é"
        text.family("odd_info", .gauge, "A \\ help\nof two lines.", [([("value", odd), ("other", "")], 1)])
        text.single("huge", .gauge, "Huge.", 1e300)
        text.single("infinite", .gauge, "Infinite.", -.infinity)
        text.single("none", .gauge, "None.", .nan)
        var histogram = Histogram([0.1, 1])
        for value in [0.05, 0.1, 0.5, 7] { histogram.observe(value) }
        text.histograms("seconds", "Times.", [([("of", odd)], histogram)])
        let read = try Exposition(parsing: text.text)
        #expect(read["odd_info", ["value": odd, "other": ""]] == 1)
        #expect(read.families[0].help == "A \\ help\nof two lines.")
        #expect(read["huge"] == 1e300)
        #expect(read["infinite"] == -.infinity)
        #expect(read["none"]?.isNaN == true)
        #expect(read["seconds_bucket", ["of": odd, "le": "0.1"]] == 2)
        #expect(read["seconds_bucket", ["of": odd, "le": "1"]] == 3)
        #expect(read["seconds_bucket", ["of": odd, "le": "+Inf"]] == 4)
        #expect(read["seconds_sum", ["of": odd]] == 7.65)
    }

    @Test(
        "what the strict reader refuses",
        arguments: [
            "a 1", "# HELP a x\n# TYPE a gauge\na 1 ", "# TYPE a gauge\na 1\n", "# HELP a x\n# TYPE a gauge\nb 1\n",
            "# HELP a x\n# TYPE a gauge\na 1\na 1\n", "# HELP a x\n# TYPE a counter\na 1\n",
            "# HELP a x\n# TYPE a gauge\na{b=1} 1\n", "# HELP a x\n# TYPE a gauge\na{b=\"\\x\"} 1\n",
            "# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
            "# HELP a x\n# TYPE a gauge\na 1\n# HELP a x\n# TYPE a gauge\na{b=\"c\"} 1\n",
        ]
    )
    func strictness(text: String) {
        #expect(throws: TestServerError.self) { try Exposition(parsing: text) }
    }

    @Test(
        "kinds of statements",
        arguments: [
            ("train_0", StatementKind.train), ("record_1", .record), ("validate_2", .validate), ("measure_3", .measure),
            ("begin", .transaction), ("commit", .transaction), ("rollback", .transaction), ("connect", .connect),
            ("marks", .other), ("train", .other), ("trained_1", .other), (nil, .other),
        ] as [(String?, StatementKind)]
    )
    func kinds(name: String?, kind: StatementKind) {
        #expect(StatementKind(named: name) == kind)
    }
}
