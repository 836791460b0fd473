import Autodiff
import Lowering
import Networks
import Postgres
import SQLText
import Samples

/// Ten iterations of a shape on PostgreSQL against the interpreter.
///
/// With data of moderate size everything must agree within 1e-9 relative to max(1, |number|). Where training multiplies
/// rounding errors so much that this could not be asked of anybody (`RoundedCourse`), the learning rate is lowered until
/// it can. With values of a million, sums cancel that are a million times as large as their result, and the bound is
/// that of `RoundedCourse`, at most 1e-5; the learning rate is lowered until it is that small.
struct ShapeCheck {
    private static let widestBound = 1e-5
    private static let attempts = 20

    private var fuzzCase: FuzzCase
    private let shape: StatementShape
    private let step: TrainingStep
    private let rows: SampleRows
    private let weights: [Double]
    private let connection: Connection
    private var report: FuzzReport

    static func run(_ fuzzCase: FuzzCase, _ shape: StatementShape, on connection: Connection) async throws -> FuzzReport
    {
        var check = try Self(fuzzCase, shape, on: connection)
        try await check.run()
        check.report.fuzzCase = check.fuzzCase
        return check.report
    }

    private init(_ fuzzCase: FuzzCase, _ shape: StatementShape, on connection: Connection) throws {
        self.fuzzCase = fuzzCase
        self.shape = shape
        self.connection = connection
        step = try TrainingStep(fuzzCase.network)
        rows = fuzzCase.rows.make(for: fuzzCase.network, fuzzCase.random(.rows))
        weights = fuzzCase.weights.make(for: fuzzCase.network, fuzzCase.random(.weights))
        report = FuzzReport(fuzzCase)
    }

    private nonisolated(nonsending) mutating func run() async throws {
        guard var course = settle() else {
            report.unclear = "rounding decides the course, however low the learning rate"
            return
        }
        guard course.states[fuzzCase.iterations].weights != weights else {
            report.unclear = "nothing is learned at the rate that rounding allows"
            return
        }
        var trainer = Trainer(Lowering(step), weights: weights, learningRate: fuzzCase.learningRate, on: connection)
        fuzzCase.blocks = try trainer.fitting(fuzzCase.blocks, shape)
        try await FuzzTable(connection: connection).fill(rows)
        do {
            try await train(&trainer, course)
            if report.failure == nil { try await measure(trainer, &course) }
        } catch let error as PostgresError {
            report.fail("iteration \(trainer.iteration + 1) or what follows it: \(error)")
        }
    }

    /// The course at the highest learning rate, by powers of ten, at which rounding doesn't matter and nothing diverges.
    private mutating func settle() -> RoundedCourse? {
        let limit = fuzzCase.rows.isWide ? Self.widestBound : Comparison.tolerance
        for _ in 0..<Self.attempts {
            var course = RoundedCourse(
                step,
                weights: weights,
                rows: rows,
                learningRate: fuzzCase.learningRate,
                fuzzCase.random(.jitter)
            )
            var isSettled = true
            // One more than is trained: the closing pass measures what it would start from.
            for _ in 0...fuzzCase.iterations where isSettled {
                course.advance()
                isSettled = course.worst <= limit && course.isSound
            }
            if isSettled { return course }
            fuzzCase.learningRate /= 10
        }
        return nil
    }

    private nonisolated(nonsending) mutating func train(_ trainer: inout Trainer, _ course: RoundedCourse) async throws
    {
        var statements: [Int: LoweredStatement] = [:]
        for block in fuzzCase.blocks {
            let first = trainer.iteration
            let statement = try statements[block] ?? trainer.statement(shape, iterations: block)
            statements[block] = statement
            let measures = try await trainer.run(statement)
            let what = "block of \(block), iterations \(first + 1) to \(trainer.iteration)"
            compare(measures, course, first, what)
            let expected = course.states[trainer.iteration]
            let bounds = bounds(course.bounds[trainer.iteration])
            let difference = Comparison(bounds: bounds).difference(
                trainer.weights + trainer.state,
                expected.weights + expected.state
            ) { $0 < weights.count ? step.layout.names[$0] : "number \($0 - weights.count) of the solver's state" }
            if let difference { report.fail("\(what): \(difference)") }
        }
    }

    /// The closing forward pass and the predictions, with the weights that training arrived at.
    private nonisolated(nonsending) mutating func measure(
        _ trainer: Trainer,
        _ course: inout RoundedCourse
    ) async throws {
        compare(try await trainer.evaluate(), course, fuzzCase.iterations, "evaluation")
        let (predictions, classes) = try await trainer.predict()
        let nodes = [step.perRow.prediction] + (step.perRow.predictedClass.map { [$0] } ?? [])
        let last = course.states[fuzzCase.iterations]
        let expected = last.evaluate(nodes, features: rows.features, labels: rows.labels)
        let bounds = course.bounds(of: expected[0].values, after: fuzzCase.iterations) { training, rows in
            training.evaluate([nodes[0]], features: rows.features, labels: rows.labels)[0].values
        }
        let difference = Comparison(bounds: self.bounds(bounds)).difference(predictions, expected[0].values) {
            "number \($0) of the predictions"
        }
        if let difference { report.fail(difference) }
        guard expected.count > 1 else { return }
        let unclear = unclearRows(last)
        for (row, (actual, expected)) in zip(classes, expected[1].values).enumerated() where !unclear.contains(row) {
            if actual != expected {
                report.fail("row \(row) is of class \(actual), and by the interpreter \(expected)")
            }
        }
    }

    private mutating func compare(_ measures: Trainer.Measures, _ course: RoundedCourse, _ index: Int, _ what: String) {
        if measures.rows != Double(rows.count) {
            report.fail("\(what): \(measures.rows) rows instead of \(rows.count)")
        }
        let expected = course.measures[index]
        let bounds = bounds([course.lossBounds[index]])
        if let difference = Comparison(bounds: bounds).difference([measures.loss], [expected.loss], { _ in "the loss" })
        {
            report.fail("\(what): \(difference)")
        }
        // Rows whose class hangs by a hair may count or not.
        let isRegression = step.perRow.predictedClass == nil
        let hairs = index == 0 || isRegression ? 0 : unclearRows(course.states[index]).count
        let metricBounds =
            isRegression ? bounds.map { $0.map { 2 * $0 } } : [Double(hairs) / Double(rows.count) + 1e-12]
        let metric = Comparison(bounds: metricBounds)
            .difference([measures.metric], [expected.metric]) { _ in "the metric" }
        if let metric { report.fail("\(what): \(metric)") }
    }

    /// Rows whose two largest scores are so close that rounding decides.
    private func unclearRows(_ training: ReferenceTraining) -> Set<Int> {
        guard let scores = step.names.first(where: { $0.value == "score" })?.key else { return [] }
        let values = training.evaluate([scores], features: rows.features, labels: rows.labels)[0]
        let closeness = fuzzCase.rows.isWide ? Self.widestBound : Comparison.tolerance
        return Set(
            (0..<rows.count).filter { row in
                let sorted = (0..<values.shape.count).map { values[row, $0] }.sorted(by: >)
                return sorted.count > 1 && sorted[0] - sorted[1] <= closeness * max(1, abs(sorted[0]))
            }
        )
    }

    private func bounds(_ bounds: [Double]) -> [Double]? { fuzzCase.rows.isWide ? bounds : nil }
}
