import Foundation
import JSONTree
import TestSupport
import Testing

/// What comes over the socket to hurt the daemon, and what becomes of its training meanwhile.
@Suite("serve: hostile clients", .timeLimit(.minutes(5)))
struct HostileClientTests {
    /// Long enough to be still at it when the attack is over.
    private static let request = #"{"source": {"example": "article", "rows": 1000}, "max_iter": 1000000}"#

    private func database() async throws -> [String: String] {
        ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
    }

    /// Epochs that the run has done, asked on a connection that is there already.
    private func epoch(of run: Int, _ visitor: Visitor) throws -> Int {
        let answer = try visitor.ask("GET", "/train/\(run)")
        guard answer.status == 200, let epoch = try JSON(parsing: answer.body.utf8)["epoch"]?.intValue else {
            throw TestServerError(what: "\(answer)")
        }
        return epoch
    }

    /// The run goes on, and the daemon ends as it should.
    private func expectWell(_ daemon: Daemon, _ run: Int) async throws {
        let before = try #require(try await daemon.run(run)["epoch"]?.intValue)
        try await daemon.events(of: run) { $0.epoch ?? 0 > before + 20 }
        #expect(try await daemon.run(run)["state"] == "running")
        #expect(try await daemon.ask("DELETE", "/train/\(run)").status == 202)
        #expect(try await daemon.events(of: run).last?["event"] == "end")
        #expect(try await daemon.stop().status == .exited(0))
    }

    @Test("senders that drip are cut off after ten seconds in all, and training goes on")
    func slowSenders() async throws {
        let daemon = try await Daemon([], environment: try await database()).ready()
        let run = try await daemon.train(Self.request)
        try await daemon.events(of: run) { $0.epoch ?? 0 >= 5 }
        let took = try await offPool { [port = daemon.port] in
            let visitor = try Visitor(port: port)
            let first = try epoch(of: run, visitor)
            let clock = ContinuousClock.now
            let slow = try (0..<50).map { _ in try Visitor(port: port) }
            for sender in slow { try sender.send("POST /train HTTP/1.1\r\nHost: localhost\r\nX-Slow: ") }
            // A byte from each, and a look at the run, until the first of them is told to stop.
            while !slow[0].hasAnswer(within: .milliseconds(100)) {
                for sender in slow { try sender.send("x") }
                _ = try epoch(of: run, visitor)
            }
            for sender in slow { #expect(try sender.answer().status == 408) }
            #expect(try epoch(of: run, visitor) > first)
            return clock.duration(to: .now)
        }
        #expect(took > .seconds(9.5) && took < .seconds(30), "\(took)")
        try await expectWell(daemon, run)
    }

    /// The whole process must not run out of them: libdispatch looks at its threads in /proc and ends a process in which it
    /// can't. So HTTP takes a share of what there is when the daemon starts, and turns away who comes beyond it.
    @Test("clients can't take the descriptors that training needs")
    func fewDescriptors() async throws {
        let program = try Program(
            command: [
                "sh", "-c", "ulimit -n 96 && exec \"$0\" \"$@\"", try Program.pgradient(), "serve", "--listen",
                "127.0.0.1:0",
            ],
            environment: try await database()
        )
        let line = try await program.output.line(containing: "listens")
        let port = try #require(Int(line.split(separator: ":").last ?? ""))
        _ = try await program.error.line(containing: " ready ")
        let epochs = try await offPool {
            let kept = try Visitor(port: port)
            #expect(try kept.ask("GET", "/readyz").status == 200)
            let crowd = try (0..<200).map { _ in try Visitor(port: port) }
            for client in crowd { try client.send("GET", "/healthz") }
            // The run's own connection to the database is opened now.
            let body = #"{"source": {"example": "article", "rows": 100}, "max_iter": 20}"#
            #expect(try kept.ask("POST", "/train", body).status == 202)
            let events = try kept.ask("GET", "/train/1/events")
            // A client that was turned away may be told with 503, or find its connection reset under its request.
            let answers = crowd.map { (try? $0.answer().status) ?? 0 }
            #expect(answers.allSatisfy { [200, 503, 0].contains($0) }, "\(answers)")
            #expect(answers.contains { $0 != 200 }, "the limit was not met")
            #expect(try kept.ask("GET", "/healthz").status == 200)
            return withExtendedLifetime(crowd) { events.body.components(separatedBy: "event: metrics\n").count - 1 }
        }
        #expect(epochs == 21)
        program.send(SIGTERM)
        #expect(try await program.finish().status == .exited(0))
    }
}
