import Autodiff
import Lowering
import Networks
import Postgres
import SQLText
import Samples

/// Ten iterations of a shape on PostgreSQL, in statements of various lengths, against the interpreter.
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
        var trainer = Trainer(
            step,
            weights: weights,
            learningRate: fuzzCase.learningRate,
            batches: fuzzCase.rows.batches,
            on: connection
        )
        fuzzCase.blocks = try trainer.fitting(fuzzCase.blocks, shape)
        try await FuzzTable(connection: connection).fill(rows, batchSize: fuzzCase.rows.batchSize)
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
            var course = RoundedCourse(step, weights: weights, fuzzCase, rows: rows)
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
        for block in fuzzCase.blocks {
            let first = trainer.iteration
            let statement = try trainer.statement(shape, iterations: block)
            let answers = try await trainer.run(statement, iterations: block)
            let expected = answeredIterations(statement, first: first, block)
            if answers.map(\.iteration) != expected {
                report.fail(
                    "block of \(block) answers with iterations \(answers.map(\.iteration)) instead of \(expected)"
                )
                return
            }
            for answer in answers {
                compare(
                    answer,
                    course,
                    first: answer.iteration - statement.span,
                    "block of \(block), iteration \(answer.iteration)"
                )
            }
        }
    }

    /// Which iterations a statement tells about: all; with batches only the ends of epochs, and the last.
    private func answeredIterations(_ statement: LoweredStatement, first: Int, _ block: Int) -> [Int] {
        let last = first + block
        if statement.span > 1 { return [last] }
        let batches = fuzzCase.rows.batches
        return (first + 1...last).filter { $0 % batches == 0 || $0 == last }
    }

    private mutating func compare(_ answer: Trainer.Answer, _ course: RoundedCourse, first: Int, _ what: String) {
        let expected = course.states[answer.iteration]
        let difference = Comparison(bounds: bounds(course.bounds[answer.iteration])).difference(
            answer.weights + answer.state,
            expected.weights + expected.state
        ) { $0 < weights.count ? step.layout.names[$0] : "number \($0 - weights.count) of the solver's state" }
        if let difference { report.fail("\(what): \(difference)") }
        if answer.batch != answer.iteration % fuzzCase.rows.batches {
            report.fail("\(what): next batch \(answer.batch)")
        }
        // Rows whose class hangs by a hair may count or not, but not before rounding has touched the weights.
        let hairs = course.epoch(upTo: first).reduce(0) { sum, iteration in
            iteration == 0 ? 0 : sum + unclearRows(course.states[iteration], course.batch(of: iteration)).count
        }
        compare(answer.measures, course.measure(upTo: first), hairs: hairs, what)
    }

    private mutating func compare(
        _ measures: Trainer.Measures,
        _ expected: RoundedCourse.Measure,
        hairs: Int,
        _ what: String
    ) {
        if measures.rows != Double(expected.rows) {
            report.fail("\(what): \(measures.rows) rows instead of \(expected.rows)")
        }
        let bounds = bounds([expected.lossBound])
        let loss = Comparison(bounds: bounds).difference([measures.loss], [expected.loss]) { _ in "the loss" }
        if let loss { report.fail("\(what): \(loss)") }
        // The metric of a regression is twice its loss without the penalty.
        let isRegression = step.perRow.predictedClass == nil
        let metricBounds =
            isRegression ? bounds.map { $0.map { 2 * $0 } } : [Double(hairs) / Double(expected.rows) + 1e-12]
        let metric = Comparison(bounds: metricBounds)
            .difference([measures.metric], [expected.metric]) { _ in "the metric" }
        if let metric { report.fail("\(what): \(metric)") }
    }

    /// The closing forward pass and the predictions, with the weights that training arrived at and all rows.
    private nonisolated(nonsending) mutating func measure(
        _ trainer: Trainer,
        _ course: inout RoundedCourse
    ) async throws {
        let last = course.states[fuzzCase.iterations]
        func values(_ node: NodeID, _ training: ReferenceTraining, _ rows: SampleRows) -> [Double] {
            training.evaluate([node], features: rows.features, labels: rows.labels, rowWeights: rows.rowWeights)[0]
                .values
        }
        let (loss, prediction) = (step.update.loss, step.perRow.prediction)
        var measure = RoundedCourse.Measure(
            loss: values(loss, last, rows)[0],
            metric: values(step.update.metric, last, rows)[0],
            rows: rows.count
        )
        measure.lossBound = course.bounds(of: [measure.loss], after: fuzzCase.iterations) { values(loss, $0, $1) }[0]
        let unclear = unclearRows(last, rows)
        compare(try await trainer.evaluate(), measure, hairs: unclear.count, "evaluation")

        let (predictions, classes) = try await trainer.predict()
        let expected = values(prediction, last, rows)
        let bounds = course.bounds(of: expected, after: fuzzCase.iterations) { values(prediction, $0, $1) }
        let difference = Comparison(bounds: self.bounds(bounds)).difference(predictions, expected) {
            "number \($0) of the predictions"
        }
        if let difference { report.fail(difference) }
        guard let predictedClass = step.perRow.predictedClass else { return }
        for (row, (actual, expected)) in zip(classes, values(predictedClass, last, rows)).enumerated()
        where actual != expected && !unclear.contains(row) {
            report.fail("row \(row) is of class \(actual), and by the interpreter \(expected)")
        }
    }

    /// Rows whose two largest scores are so close that rounding decides.
    private func unclearRows(_ training: ReferenceTraining, _ rows: SampleRows) -> Set<Int> {
        guard let scores = step.names.first(where: { $0.value == "score" })?.key else { return [] }
        let values = training.evaluate(
            [scores],
            features: rows.features,
            labels: rows.labels,
            rowWeights: rows.rowWeights
        )[0]
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
