import JSONTree
import Testing

@testable import Training

/// Which epochs' parameters stay.
@Suite struct HistoryTests {
    private static func body(_ history: JSON, _ options: JSON = [:]) -> JSON {
        let body: JSON = ["source": ["example": "article", "rows": 200], "max_iter": 23, "history": history]
        return body.with(options)
    }

    static let kept: [(history: JSON, epochs: [Int])] = [
        ("all", Array(0...23)), ("last", [23]), (["last": 4], [20, 21, 22, 23]),
        (["every": 5], [0, 5, 10, 15, 20, 23]),
        (["every": 100], [0, 23]), (["last": 100], Array(0...23)),
    ]

    @Test(arguments: kept, ["step", "recursive", "block"])
    func whatIsKept(_ policy: (history: JSON, epochs: [Int]), _ shape: String) async throws {
        try await Desk.shared { desk in
            let whole = try await desk.train(Self.body("all", ["shape": .string(shape)]))
            let run = try await desk.train(Self.body(policy.history, ["shape": .string(shape)]))
            #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
            let (some, every) = try await (desk.weights(run.id), desk.weights(whole.id))
            #expect(some.keys.sorted() == policy.epochs)
            for (epoch, weights) in some { #expect(weights == every[epoch]) }
            #expect(try await desk.metrics(run.id).map(\.epoch) == Array(0...23), "metrics stay")
        }
    }

    /// A window stores the ends of its blocks, and these are counted.
    @Test func theEndsOfBlocks() async throws {
        try await Desk.shared { desk in
            let options: JSON = ["shape": "window", "block_size": 4]
            let last = try await desk.train(Self.body(["last": 2], options))
            #expect(try await desk.weights(last.id).keys.sorted() == [20, 23])
            let every = try await desk.train(Self.body(["every": 8], options))
            #expect(try await desk.weights(every.id).keys.sorted() == [0, 8, 16, 23])
        }
    }

    /// After every commit exactly what is asked for is there, so that no crash finds more or less; and what is there is
    /// enough to go on.
    @Test func atEveryMomentAndAfterACrash() async throws {
        try await Desk.open { desk in
            let body = Self.body(["last": 2], ["shape": "step", "solver": "adam"])
            let whole = try await desk.train(body)
            let id = try await Bench.open(body, on: desk) { bench in
                for epoch in 1...5 {
                    try await bench.advance()
                    #expect(try await desk.weights(bench.run.id).keys.sorted() == [epoch - 1, epoch])
                }
                return bench.run.id
            }
            let ended = try await desk.execute(desk.takeOver(id))
            #expect(ended.state == .succeeded)
            #expect(try await desk.weights(id) == desk.weights(whole.id))
        }
    }

    /// Within an epoch nothing is pruned that the epoch begins from.
    @Test func withMiniBatches() async throws {
        try await Desk.shared { desk in
            for shape in ["step", "recursive"] {
                let options: JSON = ["batch_size": 30, "shape": .string(shape), "shuffle": "every epoch"]
                let run = try await desk.train(Self.body("last", options))
                #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
                #expect(try await desk.weights(run.id).keys.sorted() == [23])
            }
        }
    }

    @Test func whoAsksForAnEpochThatIsGoneIsToldThePolicy() async throws {
        try await Desk.shared { desk in
            let run = try await desk.train(Self.body(["every": 5]))
            let error = await #expect(throws: TrainingError.self) {
                try await desk.service.parameters(run.id, .number(7))
            }
            #expect(error?.code == .epochNotFound)
            #expect(
                error?.hint
                    == "it is at epoch 23; history {\"every\": 5} keeps the epochs that 5 divides, and the newest"
            )
            #expect(try await desk.service.parameters(run.id, .number(20)).epoch == 20)
            // The best is the best of those that are there.
            let best = try await desk.service.parameters(run.id, .best)
            let losses = try await desk.metrics(run.id).filter { $0.epoch % 5 == 0 || $0.epoch == 23 }
            #expect(best.epoch == losses.min { $0.loss < $1.loss }?.epoch)
        }
    }

    /// A cancelled run has not measured its last epoch, and with this policy no other is there.
    @Test func noEpochThatIsKeptHasALoss() async throws {
        try await Desk.open { desk in
            let id = try await Bench.open(Self.body("last"), on: desk) { bench in
                try await bench.advance()
                return bench.run.id
            }
            let error = await #expect(throws: TrainingError.self) { try await desk.service.parameters(id, .best) }
            #expect(error?.code == .epochNotFound)
            #expect(error?.hint?.contains("history \"last\" keeps the newest epoch only") == true)
        }
    }

    /// The best by validation predicts at the end.
    @Test func theBestEpochIsSpared() async throws {
        try await Desk.open { desk in
            let run = try await desk.train(Self.body("all"))
            try await desk.withConnection { connection in
                try await connection.query("UPDATE pgradient.runs SET best_epoch = 7 WHERE id = \(run.id)")
                try await HistoryPolicy.every(10).prune(run.id, newest: 23, on: connection)
            }
            #expect(try await desk.weights(run.id).keys.sorted() == [0, 7, 10, 20, 23])
            try await desk.withConnection { connection in
                try await HistoryPolicy.last(1).prune(run.id, newest: 23, on: connection)
            }
            #expect(try await desk.weights(run.id).keys.sorted() == [7, 23])
        }
    }
}
