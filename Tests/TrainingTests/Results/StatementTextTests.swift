import JSONTree
import Lowering
import Postgres
import TestSupport
import Testing

@testable import Training

/// The statement as text: pasted into psql it does the next iteration.
@Suite struct StatementTextTests {
    /// Runs the text in psql and reads the weights from its last result row.
    private static func pasted(_ text: String, on desk: Desk) async throws -> (weights: [Double], rest: [String]) {
        let output = try await TestCluster.server().psql(text, database: desk.database)
        let lines = output.split(separator: "\n")
        // iteration|weights|state|loss|metric|rows, and three more with mini-batches
        let cells = try #require(lines.last).split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        try #require(cells.count >= 6, "\(output)")
        return (
            cells[1].dropFirst().dropLast().split(separator: ",").compactMap { Double($0) }, Array(cells.dropFirst(2))
        )
    }

    private static func check(_ run: Run, _ shape: JSON, on desk: Desk) async throws {
        let text = try await desk.service.statement(run.id, shape: nil, iterations: nil)
        let (weights, rest) = try await pasted(text, on: desk)
        let ahead = shape == "step" ? 1 : 3
        let reference = try await Reference.of(run, on: desk, epochs: run.epoch + ahead)
        #expect(difference(weights, try #require(reference.weights.last)) < 1e-9)
        // A window tells the loss of its first iteration; the last row of the others that of their last.
        let measured = shape == "window" ? run.epoch : run.epoch + ahead - 1
        #expect(difference([Double(rest[1]) ?? .nan], [reference.losses[measured]]) < 1e-9)
        #expect(Int(rest[3]) == run.rows)
    }

    @Test(
        arguments: [
            ["shape": "step", "solver": "sgd"], ["shape": "step", "solver": "adam"],
            ["shape": "window", "block_size": 3, "solver": "adam", "max_iter": 6],
            ["shape": "block", "block_size": 3, "solver": "adam"],
            ["shape": "recursive", "block_size": 3, "solver": "sgd", "deterministic": true],
            // Three epochs of four batches.
            ["shape": "recursive", "block_size": 12, "batch_size": 10, "solver": "adam", "max_iter": 6],
        ] as [JSON]
    )
    func afterTheEnd(_ options: JSON) async throws {
        try await Desk.open { desk in
            let table = #"odd "name"; drop table x; --\n"#
            let quoted = "\"" + table.replacing("\"", with: "\"\"") + "\""
            try await desk.script(
                """
                CREATE TABLE \(quoted) AS
                SELECT sin(i) AS "x; y", cos(i) * 5 AS "ü:name", (ARRAY['it''s', 'a\\b', ':c', '$1'])[i % 4 + 1] AS "la bel"
                FROM generate_series(1, 40) AS i
                """
            )
            let body: JSON = [
                "source": ["table": .string(quoted)], "label": "la bel", "max_iter": 4, "hidden_layer_sizes": [3],
                "seed": 1,
            ]
            let run = try await desk.train(body.with(options))
            #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
            try await Self.check(run, options["shape"] ?? .null, on: desk)
        }
    }

    @Test func whileItTrains() async throws {
        try await Desk.open { desk in
            try await Bench.open(["source": ["example": "article", "rows": 100], "max_iter": 9], on: desk) { bench in
                for _ in 0..<4 { try await bench.advance() }
                let text = try await desk.service.statement(nil, shape: nil, iterations: nil)
                #expect(text.contains("one iteration from the parameters of epoch 4"))
                let (weights, _) = try await Self.pasted(text, on: desk)
                try await bench.advance()
                #expect(difference(weights, try #require(try await desk.weights(bench.run.id)[5])) < 1e-12)
            }
        }
    }

    @Test func inAnotherShape() async throws {
        try await Desk.open { desk in
            let run = try await desk.train([
                "source": ["example": "article", "rows": 100], "max_iter": 5, "shape": "step",
            ])
            let text = try await desk.service.statement(run.id, shape: .window, iterations: 7)
            #expect(text.contains("7 iterations"))
            let reference = try await Reference.of(run, on: desk, epochs: 12)
            #expect(difference(try await Self.pasted(text, on: desk).weights, reference.weights[12]) < 1e-9)

            for shape in [StatementShape.block, .recursive] {
                let text = try await desk.service.statement(run.id, shape: shape, iterations: 7)
                #expect(difference(try await Self.pasted(text, on: desk).weights, reference.weights[12]) < 1e-9)
            }

            let both = await #expect(throws: TrainingError.self) {
                try await desk.service.statement(run.id, shape: .step, iterations: 7)
            }
            #expect(both?.code == .irrelevantOption)
            let deep = await #expect(throws: TrainingError.self) {
                try await desk.service.statement(run.id, shape: .window, iterations: 900)
            }
            #expect(deep?.code == .tooLarge)
            #expect(deep?.field == "iterations")
            #expect(deep.map { "\($0)".contains("block_size") } == false, "\(String(describing: deep))")
        }
    }

    /// A statement that would train on other rows than the run is not given out.
    @Test func ofMiniBatches() async throws {
        try await Desk.open { desk in
            let body: JSON = [
                "source": ["example": "article", "rows": 100], "max_iter": 2, "batch_size": 25,
                "shuffle": "every epoch",
            ]
            let run = try await desk.train(body)
            let window = await #expect(throws: TrainingError.self) {
                try await desk.service.statement(run.id, shape: .window, iterations: 2)
            }
            #expect(window?.field == "shape")
            // The order changes after four iterations.
            _ = try await desk.service.statement(run.id, shape: .recursive, iterations: 4)
            let long = await #expect(throws: TrainingError.self) {
                try await desk.service.statement(run.id, shape: .recursive, iterations: 5)
            }
            #expect(long?.field == "iterations")
            #expect(long?.hint == "ask for at most 4")
        }
    }

    @Test func itsSourceIsGone() async throws {
        try await Desk.open { desk in
            try await desk.script("CREATE TABLE t AS SELECT i::float8 AS x, i % 2 AS y FROM generate_series(1, 9) AS i")
            let run = try await desk.train(["source": ["table": "t"], "label": "y", "max_iter": 1])
            try await desk.script("DROP TABLE t")
            let error = await #expect(throws: TrainingError.self) {
                try await desk.service.statement(run.id, shape: nil, iterations: nil)
            }
            #expect(error?.code == .unknownTable)
        }
    }
}
