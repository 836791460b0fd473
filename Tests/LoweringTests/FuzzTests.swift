import Conformance
import Lowering
import Synchronization
import Testing

/// Random networks on random rows. `make fuzz` runs more of them, and repeats one that is printed here.
@Suite(.serialized) struct FuzzTests {
    private static let seed: UInt64 = 2_026
    private static let cases = [FuzzCase.Check.gradient: 250, .shape: 200, .range: 120]

    @Test(arguments: FuzzCase.Check.allCases)
    func nothingIsFound(check: FuzzCase.Check) async throws {
        let count = try #require(Self.cases[check])
        let campaign = Campaign(jobs: 2, mostFailures: 3) { number in
            number < count ? FuzzCase(seed: Self.seed, number: number, check: check) : nil
        }
        let tally = try await campaign.run()
        for report in tally.failures {
            Issue.record("\(report.failure ?? "")\nmake fuzz CASE='\(report.fuzzCase)'")
        }
        // What could not be compared must stay rare, or the rest proves little.
        #expect(tally.failures.count > 0 || tally.done == count)
        #expect(tally.unclear <= count / 50)
        #expect(tally.unreached <= tally.derivatives / 20)
        switch check {
        case .gradient: #expect(tally.derivatives > 4 * count)
        case .shape: break
        case .range: #expect(tally.inRange > count && tally.outOfRange > 0)
        }
    }

    /// Every shape comes up, in batches too.
    @Test func everyShapeIsDrawn() {
        let cases = (0..<200).map { FuzzCase(seed: Self.seed, number: $0, check: .shape) }
        for shape in StatementShape.allCases {
            let drawn = cases.filter { $0.shape == shape }
            #expect(Set(drawn.map(\.blocks)).count > 10)
            #expect(shape == .window || drawn.contains { $0.rows.batchSize != nil })
        }
    }

    /// A line of JSON is the whole case.
    @Test func aCaseIsItsLine() throws {
        for number in 0..<200 {
            let fuzzCase = FuzzCase(seed: Self.seed, number: number)
            let line = fuzzCase.description
            #expect(!line.contains("\n") && !line.contains("'"))
            #expect(try FuzzCase(json: line) == fuzzCase)
        }
    }

    /// What is changed in a case that passes must be found: the check itself is under test.
    @Test func aCaseThatCannotPassFails() async throws {
        var fuzzCase = FuzzCase(seed: Self.seed, number: 0, check: .shape)
        fuzzCase.shape = nil
        let campaign = Campaign { [fuzzCase] in $0 == 0 ? fuzzCase : nil }
        let tally = try await campaign.run()
        #expect(tally.failures.map(\.failure) == ["the case names no shape"])
    }
}
