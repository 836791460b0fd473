import HTTPServer
import HTTPTypes
import JSONTree
import TestSupport
import Testing
import Training

@testable import Service

/// Streams together: what they cost, what keeps them alive and what ends them.
@Suite("Streams: many at a time", .timeLimit(.minutes(5)))
struct HubTests {
    @Test("a hundred streams cost as many looks as one, and all see every epoch")
    func shared() async throws {
        let statements = StatementCount()
        try await Counter.open(logger: statements.logger) { counter in
            try await counter.listening {
                let run = try await counter.pretended(maxIter: 1000)
                var taps: [Tap] = []
                for number in 0..<100 {
                    taps.append(try await counter.watch(run, fields: number % 2 == 0 ? EventTests.ndjson : [:]))
                }
                for tap in taps { try await tap.wait("nothing or the opening") { _ in true } }
                try await waitUntil("not all streams wait") { counter.application.openStreams == 100 }
                let (marks, metrics) = (statements["marks"], statements["metrics"])
                for epoch in 0..<20 {
                    try await counter.record(run, epoch...epoch)
                    try await taps[0].wait("epoch \(epoch)") { try $0.newest == epoch }
                }
                try await counter.finish(run)
                for tap in taps {
                    #expect(await tap.end() == nil)
                    // On a busy machine a stream may have been silent for long enough.
                    let events = try tap.events.filter { $0["event"] != "heartbeat" }
                    #expect(events.dropLast().map { $0["epoch"]?.intValue } == Array(0..<20))
                    #expect(events.last?["state"] == "succeeded")
                    #expect(events.allSatisfy { $0["skipped"] == nil })
                }
                // A look per signal, and one every other second; streams that were not yet at the newest epoch when they
                // came look for themselves.
                #expect(statements["marks"] - marks < 60)
                #expect(statements["metrics"] - metrics < 60)
                #expect(counter.application.openStreams == 0)
                #expect(counter.application.hub.feedCount == 0)
            }
        }
    }

    @Test("a stream that has nothing to say is kept alive", arguments: EventFormat.allCases)
    func heartbeat(format: EventFormat) async throws {
        // Nobody listens for news, nobody trains: nothing at all happens.
        try await Counter.open(heartbeat: .milliseconds(20)) { counter in
            _ = await counter.post("/train", "")
            let tap = try await counter.watch(1, fields: format == .ndjson ? EventTests.ndjson : [:])
            let sign = format == .ndjson ? "{\"event\":\"heartbeat\"}\n" : ": alive\n\n"
            try await tap.wait("signs of life") { $0.text.components(separatedBy: sign).count > 3 }
            await tap.hangUp()
            #expect(counter.application.openStreams == 0)
        }
    }

    @Test("heartbeats come while the database is gone, and news when it is back")
    func databaseGone() async throws {
        let server = try await TestCluster.makePrivate()
        try await Counter.open(on: server.superuserConninfo, heartbeat: .milliseconds(20)) { counter in
            try await counter.listening {
                let run = try await counter.pretended(maxIter: 1000)
                let tap = try await counter.watch(run)
                try await counter.record(run, 0...4)
                try await tap.wait("epoch 4") { try $0.newest == 4 }
                try await counter.script("CHECKPOINT")
                try await server.crash()
                let before = tap.text.utf8.count
                try await tap.wait("signs of life") {
                    $0.text.utf8.dropFirst(before).count > 3 * ": alive\n\n".utf8.count
                }
                try await server.start()
                try await counter.record(run, 5...9)
                try await tap.wait("epoch 9") { try $0.newest == 9 }
                #expect(try tap.events.map { $0["epoch"]?.intValue } == Array(0...9))
                await tap.hangUp()
            }
        }
        try await server.remove()
    }

    @Test("a run that is deleted while it is watched cuts its streams and no others")
    func deleted() async throws {
        try await Counter.open { counter in
            try await counter.listening {
                let (gone, kept) = (try await counter.pretended(maxIter: 10), try await counter.pretended(maxIter: 10))
                let (first, second) = (try await counter.watch(gone), try await counter.watch(kept))
                try await counter.record(gone, 0...4)
                try await first.wait("epoch 4") { try $0.newest == 4 }
                try await counter.script(
                    "DELETE FROM pgradient.runs WHERE id = \(gone); SELECT pg_notify('pgradient', 'progress \(gone)')"
                )
                let failure = try #require(await first.end() as? TrainingError)
                #expect(failure.code == .runNotFound)
                try await counter.record(kept, 0...4)
                try await second.wait("epoch 4") { try $0.newest == 4 }
                await second.hangUp()
            }
        }
    }

    @Test("a run that goes on after its end has a stream for each of its lives")
    func resumed() async throws {
        try await Counter.open(working: true) { counter in
            _ = await counter.post("/train", #"{"source": {"example": "article", "rows": 100}, "max_iter": 5}"#)
            #expect(try await counter.get("/train/1/events", fields: EventTests.ndjson).events.count == 7)
            _ = await counter.post("/train/1/resume", #"{"max_iter": 9}"#)
            let lines = try await counter.get(
                "/train/1/events",
                fields: [.accept: "application/x-ndjson", try #require(HTTPField.Name("Last-Event-ID")): "4"]
            ).events
            #expect(lines.last?["event"] == "end")
            #expect(lines.last?["epoch"] == 9)
            #expect(Set(lines.dropLast().compactMap { $0["epoch"]?.intValue }) == Set(5...9))
        }
    }

    @Test("a client that hangs up is noticed within seconds")
    func departure() async throws {
        try await Counter.open { counter in
            _ = await counter.post("/train", "")
            let server = HTTPServer(address: .tcp(host: "127.0.0.1", port: 0), logger: quiet) {
                await counter.application.handle($0)
            }
            guard case .tcp(_, let port) = try await server.start() else { return }
            try await offPool {
                let visitors = try (0..<10).map { _ in try Visitor(port: port) }
                for visitor in visitors {
                    try visitor.send("GET", "/train/1/events")
                    _ = try visitor.head()
                    _ = try visitor.chunk()
                }
            }
            // All sockets are closed by now.
            let clock = ContinuousClock.now
            try await waitUntil("streams of nobody", within: .seconds(10)) { counter.application.openStreams == 0 }
            #expect(clock.duration(to: .now) < .seconds(5))
            await server.shutdown(grace: .zero)
        }
    }
}
