import HTTPTypes
import JSONTree
import TestSupport
import Testing
import Training

@testable import Service

/// Clients that are behind, because they read slowly or come late.
@Suite("Streams: readers that are behind", .timeLimit(.minutes(5)))
struct SlowReaderTests {
    /// Every epoch is either there or counted as left out, in order, and the newest is there.
    private func expectComplete(_ events: [JSON], after first: Int, to last: Int) {
        var position = first
        for event in events {
            let epoch = event["epoch"]?.intValue ?? -1
            #expect(epoch == position + 1 + (event["skipped"]?.intValue ?? 0))
            position = epoch
        }
        #expect(position == last)
    }

    @Test("one that reads again after long is brought to the newest epoch")
    func slow() async throws {
        try await Counter.open { counter in
            try await counter.listening {
                let run = try await counter.pretended(maxIter: 100_000)
                let slow = try await counter.watch(run)
                let quick = try await counter.watch(run)
                let complete = try await counter.watch(run, fields: EventTests.ndjson)
                try await counter.record(run, 0...9)
                for tap in [slow, quick, complete] {
                    try await tap.wait("epoch 9") { try $0.newest == 9 }
                }
                slow.close()
                complete.close()
                // In steps, so that whoever reads is never far behind.
                for start in stride(from: 10, to: 20_000, by: 900) {
                    let end = min(start + 899, 19_999)
                    try await counter.record(run, start...end)
                    try await quick.wait("epoch \(end)") { try $0.newest == end }
                    if start == 10 { try await slow.wait("a full buffer", until: \.isFull) }
                }
                let before = try slow.events.count
                slow.open()
                try await slow.wait("the newest epoch") { try $0.newest == 19_999 }
                let caughtUp = Array(try slow.events.dropFirst(before))
                #expect(caughtUp.count < 2 * EventStream.mostBehind + EventHub.pageSize)
                #expect(caughtUp.contains { $0["skipped"] != nil })
                expectComplete(try slow.events, after: -1, to: 19_999)
                // It goes on as if nothing had been.
                try await counter.record(run, 20_000...20_009)
                try await slow.wait("the newest epoch") { try $0.newest == 20_009 }
                #expect(try slow.events.suffix(10).allSatisfy { $0["skipped"] == nil })
                #expect(try quick.events.allSatisfy { $0["skipped"] == nil })

                // Lines are never left out.
                complete.open()
                try await counter.finish(run)
                #expect(await complete.end() == nil)
                #expect(try complete.events.dropLast().map { $0["epoch"]?.intValue } == Array(0...20_009))
                for tap in [slow, quick] {
                    #expect(await tap.end() == nil)
                    #expect(tap.text.contains("id: 20009\nevent: end\n"))
                }
            }
        }
    }

    @Test(
        "one that comes back gets what it lacks, thinned where that is much",
        arguments: [-1, 0, 4000, 8_999, 9_000, 9_990]
    )
    func comingBack(last: Int) async throws {
        try await Counter.open { counter in
            let run = try await counter.pretended(maxIter: 10_000)
            try await counter.record(run, 0...9_999)
            try await counter.finish(run)
            let fields = last < 0 ? [:] : try EventTests.lastEvent("\(last)")
            let tap = try await counter.watch(run, fields: fields)
            #expect(await tap.end() == nil)
            let events = Array(try tap.events.dropLast())
            expectComplete(events, after: last, to: 9_999)
            // The run has done 10,000 epochs, the last of which nobody has measured.
            if 10_000 - last > EventStream.mostBehind {
                #expect(events.count < 2 * EventStream.mostBehind)
                #expect(events.contains { $0["skipped"] != nil })
            } else {
                #expect(events.count == 9_999 - last)
            }
            var all = fields
            all[.accept] = "application/x-ndjson"
            let lines = try await counter.get("/train/\(run)/events", fields: all).events
            #expect(lines.dropLast().map { $0["epoch"]?.intValue } == Array((last + 1)...9_999))
        }
    }

    @Test("both splits of an epoch stay together where epochs are left out")
    func splits() async throws {
        try await Counter.open { counter in
            let run = try await counter.pretended(maxIter: 10_000)
            try await counter.record(run, 0...4_999)
            try await counter.script(
                """
                INSERT INTO pgradient.metrics (run_id, epoch, split, loss)
                SELECT \(run), epoch, 'validation', 1 FROM generate_series(0, 4999) AS epoch
                """
            )
            try await counter.finish(run)
            let tap = try await counter.watch(run)
            #expect(await tap.end() == nil)
            let events = try tap.events.dropLast()
            let (trained, validated) = (
                events.filter { $0["split"] == "train" }, events.filter { $0["split"] != "train" }
            )
            #expect(trained.map { $0["epoch"]?.intValue } == validated.map { $0["epoch"]?.intValue })
            #expect(validated.allSatisfy { $0["skipped"] == nil })
            expectComplete(trained, after: -1, to: 4_999)
        }
    }

    @Test("a page from somewhere in its middle", arguments: EventFormat.allCases)
    func page(format: EventFormat) async throws {
        try await Counter.open { counter in
            let run = try await counter.pretended(maxIter: 100)
            try await counter.record(run, 0...9)
            let metrics = try await counter.training.epochs(of: run, after: 2, limit: 100)
            let page = EventPage(after: 2, metrics)
            #expect(page.last == 9)
            #expect(page.count == 7)
            let whole = metrics.map { format.event($0, isLast: true) }
            for position in 0...9 {
                let expected = whole.dropFirst(max(0, position - 2)).flatMap { $0 }
                #expect(page.bytes(format, after: position) == expected, "after \(position)")
            }
        }
    }

    @Test("so many at a time, first come first served; one that gives up leaves the queue")
    func gate() async throws {
        let gate = Gate(1)
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let holder = Task {
            try await gate.pass {
                enter.yield()
                for await _ in released { break }
            }
        }
        for await _ in entered { break }
        let waiting = Task { try await gate.pass { 1 } }
        let second = Task { try await gate.pass { 2 } }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        release.yield()
        #expect(try await second.value == 2)
        try await holder.value
        #expect(try await gate.pass { 3 } == 3)
    }
}
