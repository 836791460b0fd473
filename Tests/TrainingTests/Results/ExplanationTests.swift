import JSONTree
import Lowering
import Testing

@testable import Training

/// `pgradient sql --explain`.
@Suite struct ExplanationTests {
    @Test func afterTheEnd() async throws {
        try await Desk.open { desk in
            let run = try await desk.train(["source": ["example": "article", "rows": 300], "max_iter": 3])
            let explanation = try await desk.service.explain(run.id, shape: nil)
            #expect(explanation.shape == run.shape)
            #expect(explanation.reason == run.shapeReason)
            #expect(explanation.candidates.filter(\.isChosen).map(\.form.shape) == [try #require(run.shape)])
            #expect(Set(explanation.candidates.map(\.form.shape)) == Set(StatementShape.allCases))
            #expect(explanation.candidates.allSatisfy { $0.estimated > 0 && $0.estimated.isFinite })
            #expect(explanation.sizes.allSatisfy { $0.needed > 0 && $0.needed <= $0.maximum })
            let plan = explanation.plan.joined(separator: "\n")
            #expect(plan.contains("Recursive Union"), "\(plan)")
            #expect(plan.contains("Seq Scan on run_\(run.id)"), "\(plan)")
            #expect(try await desk.snapshots() == [], "the table it was planned for is gone")
        }
    }

    @Test func ofAnyShapeAndWithMiniBatches() async throws {
        try await Desk.open { desk in
            let body: JSON = ["source": ["example": "article", "rows": 300], "max_iter": 2, "batch_size": 100]
            let run = try await desk.train(body)
            for shape in [StatementShape.step, .block, .recursive] {
                let explanation = try await desk.service.explain(run.id, shape: shape)
                #expect(explanation.shape == shape)
                let plan = explanation.plan.joined(separator: "\n")
                #expect(plan.contains("Index Scan"), "\(shape):\n\(plan)")
            }
            let window = await #expect(throws: TrainingError.self) {
                try await desk.service.explain(run.id, shape: .window)
            }
            #expect(window?.code == .irrelevantOption)
        }
    }

    /// Timing is part of training: the forms that were tried are there with their times.
    @Test func whatWasTimed() {
        func candidate(_ form: StatementForm, _ estimated: Double) -> Candidate {
            Candidate(form: form, estimated: estimated, obstacle: nil)
        }
        let forms = [
            candidate(StatementForm(.step, isParallel: true), 30), candidate(StatementForm(.recursive), 38),
            candidate(StatementForm(.step), 70), candidate(StatementForm(.window), 20),
        ]
        var selection = Selection(forms, asked: nil, isDeterministic: false, iterations: 1_000)
        #expect(!selection.isSettled)
        #expect(selection.form == StatementForm(.step, isParallel: true))
        for time in [50, 35, 40.0] { selection.timed(time) }
        #expect(selection.form == StatementForm(.recursive))
        for time in [44, 22, 23.0] { selection.timed(time) }
        #expect(selection.isSettled, "step in one process is estimated at more than twice as much")
        #expect(selection.form == StatementForm(.recursive))
        #expect(selection.candidates.map(\.measured) == [35, 22, nil, nil])
        #expect(
            selection.reason
                == "recursive: timed at 22.0 ms an iteration on the run's own rows, against step in parallel workers 35.0"
        )
        // The choice is kept with the run.
        let stored = (selection.json.arrayValue ?? []).compactMap(Candidate.init)
        let again = Selection(stored, asked: nil, isDeterministic: false, iterations: 10)
        #expect(again.isSettled && again.form == selection.form)

        // By the rules alone: to be deterministic, or because the run is short.
        for (isDeterministic, iterations) in [(true, 1_000), (false, 10)] {
            let ruled = Selection(forms, asked: nil, isDeterministic: isDeterministic, iterations: iterations)
            #expect(ruled.isSettled)
            #expect(ruled.form == StatementForm(.step, isParallel: true))
        }
        // A window is for who asks for it.
        #expect(Selection(forms, asked: .window, isDeterministic: false, iterations: 9).form.shape == .window)
    }
}
