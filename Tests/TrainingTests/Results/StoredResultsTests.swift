import JSONTree
import Networks
import Postgres
import SQLText
import Testing

@testable import Training

/// Parameters, metrics and runs as they are read back.
@Suite struct StoredResultsTests {
    private static let body: JSON = ["source": ["example": "article", "rows": 200], "max_iter": 15]

    @Test func parametersByEpoch() async throws {
        try await Desk.open { desk in
            let run = try await desk.train(Self.body.with(["learning_rate_init": 30]))
            let losses = try await desk.metrics(run.id).map(\.loss)
            let weights = try await desk.weights(run.id)

            let last = try await desk.service.parameters(run.id, .last)
            #expect(last.epoch == 15)
            #expect(last.weights == weights[15])
            #expect(last.loss == losses[15])
            #expect(last.layerSizes == [2, 2, 2])
            #expect(last.activations == [.relu])
            #expect(last.layout.names.first == "w1_0_0")

            let best = try await desk.service.parameters(nil, .best)
            #expect(best.run == run.id)
            #expect(best.loss == losses.min())
            #expect(best.epoch == losses.firstIndex(of: losses.min() ?? 0))

            let seventh = try await desk.service.parameters(run.id, .number(7))
            #expect(seventh.weights == weights[7])

            for number in [16, Int(Int32.max)] {
                let error = await #expect(throws: TrainingError.self) {
                    try await desk.service.parameters(run.id, .number(number))
                }
                #expect(error?.code == .epochNotFound)
                #expect(error?.hint == "it has epochs 0 to 15")
            }
        }
    }

    @Test func whatIsNotThere() async throws {
        try await Desk.open { desk in
            for ask in [{ try await desk.service.run(nil) }, { try await desk.service.run(7) }] {
                let error = await #expect(throws: TrainingError.self) { _ = try await ask() }
                #expect(error?.code == .runNotFound)
            }
            let missing = await #expect(throws: TrainingError.self) {
                try await desk.service.metrics(7, after: nil, limit: 1)
            }
            #expect(missing?.code == .runNotFound)
            let queued = try await desk.service.submit(Self.body)
            let asks: [@Sendable () async throws -> Void] = [
                { _ = try await desk.service.parameters(queued.id, .last) },
                { _ = try await desk.service.parameters(queued.id, .best) },
                { _ = try await desk.service.parameters(queued.id, .number(0)) },
                { _ = try await desk.service.predict(queued.id, epoch: .last, rows: [["x1": 1, "x2": 1]]) },
                { _ = try await desk.service.statement(queued.id, shape: nil, iterations: nil) },
            ]
            for ask in asks {
                let error = await #expect(throws: TrainingError.self) { try await ask() }
                #expect(error?.code == .runNotReady)
                #expect(error?.message.contains("is queued") == true)
            }
            #expect(try await desk.service.history(queued.id, 0...10, limit: 5).1.isEmpty)
            #expect(try await desk.metrics(queued.id).isEmpty)
        }
    }

    @Test func epochsInWords() throws {
        #expect(try EpochChoice(parsing: "last") == .last)
        #expect(try EpochChoice(parsing: "best") == .best)
        #expect(try EpochChoice(parsing: "0") == .number(0))
        for text in ["", "first", "-1", "1.5", "99999999999"] {
            let error = #expect(throws: TrainingError.self) { try EpochChoice(parsing: text) }
            #expect(error?.code == .invalidOption)
            #expect(error?.field == "epoch")
        }
    }

    @Test func pages() async throws {
        try await Desk.open { desk in
            let run = try await desk.train(Self.body)
            let (_, first) = try await desk.service.history(run.id, 3...12, limit: 4)
            #expect(first.map(\.epoch) == [3, 4, 5, 6])
            let (_, rest) = try await desk.service.history(nil, 7...12, limit: 100)
            #expect(rest.map(\.epoch) == Array(7...12))
            #expect(
                try await desk.service.history(run.id, 14...1_000_000_000_000, limit: 9).1.map(\.epoch) == [14, 15]
            )

            let metrics = try await desk.service.metrics(run.id, after: 10, limit: 3)
            #expect(metrics.map(\.epoch) == [11, 12, 13])

            for _ in 0..<4 { _ = try await desk.service.submit(Self.body) }
            var (seen, before): ([Int], Int?) = ([], nil)
            repeat {
                let page = try await desk.service.runs(before: before, limit: 2)
                seen += page.runs.map(\.id)
                before = page.next
            } while before != nil
            #expect(seen == [5, 4, 3, 2, 1])
        }
    }

    @Test func theViewsSayTheSame() async throws {
        try await Desk.open { desk in
            let run = try await desk.train(Self.body)
            for epoch in [0, 15] {
                let parameters = try await desk.service.parameters(run.id, .number(epoch))
                let rows = try await desk.query(
                    """
                    SELECT name, value, layer, kind, i, j FROM pgradient.param_history
                    WHERE run_id = \(run.id) AND epoch = \(Int32(epoch)) ORDER BY layer, kind DESC, i, j
                    """
                )
                #expect(try rows.decode(String.self, "name") == parameters.layout.names)
                #expect(try rows.decode(Double.self, "value") == parameters.weights)
            }
            let count = try await desk.value(Int.self, "SELECT count(*) FROM pgradient.param_history")
            #expect(count == 16 * 12)
            let progress = try await desk.query(
                "SELECT state, epoch, max_iter, accuracy, error FROM pgradient.progress"
            )
            #expect(try progress[0].decode(String.self, "state") == "succeeded")
            #expect(try progress[0].decode(Int.self, "epoch") == 15)
            #expect(try progress[0].decode(Double.self, "accuracy") == run.accuracy)
        }
    }

    @Test func aWideViewHasAColumnPerParameter() async throws {
        try await Desk.open { desk in
            let run = try await desk.train(Self.body)
            let name = try await desk.value(String.self, "SELECT pgradient.create_wide_view(\(run.id))")
            #expect(name == "pgradient_data.params_run_\(run.id)")
            let parameters = try await desk.service.parameters(run.id, .number(15))
            let wide = try await desk.query(
                "SELECT * FROM \(Identifier(static: "pgradient_data")).\(try Identifier("params_run_\(run.id)")) WHERE epoch = 15"
            )
            #expect(wide.columns.map(\.name) == ["epoch"] + parameters.layout.names)
            for (column, weight) in zip(parameters.layout.names, parameters.weights) {
                #expect(try wide[0].decode(Double.self, column) == weight)
            }
            await #expect(throws: PostgresError.self) { try await desk.query("SELECT pgradient.create_wide_view(999)") }
        }
    }

    @Test func deletingARunDeletesAllOfIt() async throws {
        try await Desk.open { desk in
            let run = try await desk.train(Self.body.with(["solver": "adam"]))
            try await desk.query("DELETE FROM pgradient.runs WHERE id = \(run.id)")
            for table in ["params", "metrics", "solver_state"] {
                #expect(try await desk.value(Int.self, "SELECT count(*) FROM pgradient.\(unsafeRaw: table)") == 0)
            }
        }
    }
}
