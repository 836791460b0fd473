import Conformance
import Lowering
import Networks
import Samples
import Testing

/// A statement that no server would take is refused before it is sent, with the numbers and what would do instead.
@Suite struct LimitTests {
    private static let source = RowSource(table: exampleTable)

    private static func lowering(_ sizes: [Int], _ solver: Solver = .sgd(momentum: 0, nesterov: false)) throws
        -> Lowering
    {
        let activations = [Activation](repeating: .relu, count: sizes.count - 2)
        return Lowering(
            try TrainingStep(
                NetworkSpec(layerSizes: sizes, activations: activations, head: .softmaxCrossEntropy, solver: solver)
            )
        )
    }

    private func refusal(_ sizes: [Int], iterations: Int) throws -> (StatementLimitError, advised: Int) {
        let lowering = try Self.lowering(sizes)
        let error = try #require(throws: StatementLimitError.self) {
            try lowering.window(Self.source, iterations: iterations)
        }
        let advised = try #require(error.advice.wholeMatch(of: /use a block_size of at most (\d+), or shape step/)?.1)
        let most = try #require(Int(advised))
        // What is advised is taken, and a little more is not.
        #expect(try lowering.window(Self.source, iterations: most).iterations == most)
        #expect(throws: StatementLimitError.self) { try lowering.window(Self.source, iterations: most + most / 20 + 1) }
        return (error, most)
    }

    @Test func aTooDeepWindowNamesTheLimit() throws {
        let nesting = try (2...3).map { iterations in
            try Self.lowering([1, 2]).window(Self.source, iterations: iterations).size.nesting
        }
        let (error, advised) = try refusal([1, 2], iterations: 250)
        #expect(error.limit == .nesting)
        #expect(error.needed == nesting[0] + 248 * (nesting[1] - nesting[0]))
        #expect(error.maximum == 1_000)
        #expect(
            error.description
                == "the statement in shape window would need \(error.needed) nested subqueries, and the limit is 1000; "
                + "use a block_size of at most \(advised), or shape step"
        )
    }

    /// Planning takes memory by the square of the block's length: the article's network may nest some forty times.
    @Test func aWindowThatIsTooMuchToPlanNamesTheLimit() throws {
        let lowering = try Self.lowering([2, 2, 2])
        #expect(try lowering.window(Self.source, iterations: 10).size.plannerBytes < 64 << 20)
        let (error, advised) = try refusal([2, 2, 2], iterations: 80)
        #expect(advised >= 40)
        #expect(error.limit == .plannerBytes)
        #expect(error.needed > error.maximum && error.maximum == 1 << 30)
        #expect(
            error.description
                == "the statement in shape window would need \(error.needed) bytes of memory for its planning, and the "
                + "limit is 1073741824; use a block_size of at most \(advised), or shape step"
        )
    }

    /// Refused by counting, not by building: a block of a million would take all memory.
    @Test func aHugeBlockIsRefusedAtOnce() throws {
        let lowering = try Self.lowering([2, 2, 2])
        for iterations in [1_000_000, Int.max] {
            let started = ContinuousClock.now
            let error = try #require(throws: StatementLimitError.self) {
                try lowering.window(Self.source, iterations: iterations)
            }
            #expect(error.needed > 1_000_000)
            #expect(started.duration(to: .now) < .seconds(5))
        }
    }

    @Test func aTooWideWindowNamesTheLimit() throws {
        let lowering = try Self.lowering([4, 100, 3], .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8))
        let error = try #require(throws: StatementLimitError.self) { try lowering.window(Self.source, iterations: 1) }
        #expect(error.limit == .targetList)
        #expect(error.needed > 2_409 && error.maximum == 1_664)
        #expect(
            error.description
                == "the statement in shape window would need \(error.needed) columns in one SELECT, and the limit is "
                + "1664; use shape step"
        )
    }

    @Test func tooManyUnitsInOneLevelNameTheLimit() throws {
        let lowering = try Self.lowering([1, 1_700, 2])
        let error = try #require(throws: StatementLimitError.self) { try lowering.step(Self.source) }
        #expect(error.limit == .targetList)
        #expect(error.description.contains("1664; use fewer or narrower layers"))
    }

    @Test func sizesAreMeasured() throws {
        let statement = try Self.lowering([2, 2, 2]).step(Self.source)
        let text = statement.sql.render().text
        #expect(statement.size.textBytes == text.utf8.count)
        #expect(statement.size.nesting == text.ranges(of: "SELECT").count)
        #expect(statement.size.placeholders == 13)
        #expect(statement.iterations == 1)
    }
}
