import JSONTree
import Lowering
import Postgres
import Testing

@testable import Training

/// Many iterations in one statement.
@Suite struct LongStatementTests {
    @Test(arguments: [("recursive", 1_000), ("block", 100)])
    func oneStatementLeavesEveryEpoch(_ shape: String, _ iterations: Int) async throws {
        try await Desk.shared { desk in
            let body: JSON = [
                "source": ["example": "article", "rows": 500], "shape": .string(shape),
                "block_size": .integer(iterations), "max_iter": .integer(iterations),
            ]
            let told = Count()
            let run = try await desk.train(body) { _ in told.add() }
            #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
            #expect(told.value == 1, "one statement")
            #expect(try await desk.weights(run.id).keys.sorted() == Array(0...iterations))
            #expect(try await desk.metrics(run.id).map(\.epoch) == Array(0...iterations))
            try await AgainstReferenceTests.check(run, on: desk)
        }
    }

    /// Left to itself a run does more in a statement as soon as it has seen how short they are.
    @Test func statementsGrow() async throws {
        try await Desk.shared { desk in
            let body: JSON = [
                "source": ["example": "article", "rows": 100], "shape": "recursive", "max_iter": 3_000,
            ]
            let told = Count()
            let run = try await desk.train(body) { _ in told.add() }
            #expect(run.epoch == 3_000)
            #expect(told.value < 300)
        }
    }

    /// The article's accuracy, from every shape.
    @Test(arguments: StatementShape.allCases) func theArticlesAccuracy(_ shape: StatementShape) async throws {
        try await Desk.shared { desk in
            let run = try await desk.train([
                "source": ["example": "article", "rows": 10_000], "shape": .string(shape.rawValue),
            ])
            let accuracies = try await desk.metrics(run.id).reduce(into: [:]) { $0[$1.epoch] = $1.accuracy }
            #expect(try #require(accuracies[20] ?? nil) >= 0.985)
            #expect(try #require(accuracies[100] ?? nil) >= 0.995)
        }
    }

    /// The case study's: a linear classifier gets about half of the spiral right, a hidden layer nearly all.
    @Test func theSpiral() async throws {
        try await Desk.shared { desk in
            let source: JSON = ["source": ["example": "spiral"]]
            let linear = try await desk.train(source.with(["hidden_layer_sizes": [], "max_iter": 200]))
            #expect(linear.layerSizes == [2, 3])
            #expect(linear.rows == 300)
            #expect((0.45...0.58).contains(try #require(linear.accuracy)), "\(linear.accuracy ?? -1)")
            let rows = try await NetworkRows.of(linear, on: desk)
            for label in 0..<3 { #expect(rows.labels.filter { $0 == Double(label) }.count == 100) }
        }
    }
}
