import Autodiff
import Lowering
import Networks
import Postgres
import SQLText
import Samples

/// Statements with weights of any size up to the one at which training gives up.
///
/// Where the interpreter stays in range PostgreSQL must raise no error and agree. Where it does not, PostgreSQL must raise
/// `22003`, which ends a run as diverged, or give a number that the guard of training stops at; never a finite number
/// that is not the interpreter's.
struct RangeCheck {
    /// Training gives up at a weight beyond this (`EpochRecorder.divergence`).
    private static let divergence = 1e100

    private let fuzzCase: FuzzCase
    private let shape: StatementShape
    private let step: TrainingStep
    private let rows: SampleRows
    private let connection: Connection
    private var report: FuzzReport

    static func run(_ fuzzCase: FuzzCase, _ shape: StatementShape, on connection: Connection) async throws -> FuzzReport
    {
        var check = try Self(fuzzCase, shape, on: connection)
        try await check.run()
        return check.report
    }

    private init(_ fuzzCase: FuzzCase, _ shape: StatementShape, on connection: Connection) throws {
        self.fuzzCase = fuzzCase
        self.shape = shape
        self.connection = connection
        step = try TrainingStep(fuzzCase.network)
        rows = fuzzCase.rows.make(for: fuzzCase.network, fuzzCase.random(.rows))
        report = FuzzReport(fuzzCase)
    }

    private nonisolated(nonsending) mutating func run() async throws {
        let weights = fuzzCase.weights.make(for: fuzzCase.network, fuzzCase.random(.weights))
        var course = RoundedCourse(step, weights: weights, fuzzCase, rows: rows)
        var trainer = Trainer(
            step,
            weights: weights,
            learningRate: fuzzCase.learningRate,
            batches: fuzzCase.rows.batches,
            on: connection
        )
        let blocks = try trainer.fitting(fuzzCase.blocks, shape)
        report.fuzzCase.blocks = blocks
        try await FuzzTable(connection: connection).fill(rows, batchSize: fuzzCase.rows.batchSize)
        try await predict(trainer, &course)
        try await evaluate(trainer, &course)
        for block in blocks {
            let goesOn = try await train(&trainer, &course, block)
            if !goesOn { break }
        }
    }

    /// What the interpreter says of a statement.
    private struct Expected {
        let values: [Double]
        let bounds: [Double]
        let findings: RangeProbe.Findings

        var isFinite: Bool { values.allSatisfy(\.isFinite) && findings.overflow == nil }
    }

    private nonisolated(nonsending) mutating func predict(_ trainer: Trainer, _ course: inout RoundedCourse)
        async throws
    {
        let node = step.perRow.prediction
        let start = course.states[0]
        let values = start.evaluate([node], features: rows.features, labels: rows.labels, rowWeights: rows.rowWeights)[
            0
        ].values
        let bounds = course.bounds(of: values, after: 0) { training, rows in
            training.evaluate([node], features: rows.features, labels: rows.labels, rowWeights: rows.rowWeights)[0]
                .values
        }
        let expected = Expected(values: values, bounds: bounds, findings: probe([node], start, rows))
        let actual = try await attempt(expected, "prediction") { try await trainer.predict().predictions }
        guard let actual else { return }
        compare(actual, expected, "prediction", isDetected: false)
    }

    private nonisolated(nonsending) mutating func evaluate(_ trainer: Trainer, _ course: inout RoundedCourse)
        async throws
    {
        let start = course.states[0]
        let nodes = [step.update.loss, step.update.metric]
        let values = start.evaluate(nodes, features: rows.features, labels: rows.labels, rowWeights: rows.rowWeights)
        let bounds = course.bounds(of: values[0].values, after: 0) { training, rows in
            training.evaluate([nodes[0]], features: rows.features, labels: rows.labels, rowWeights: rows.rowWeights)[0]
                .values
        }
        let expected = Expected(values: values[0].values, bounds: bounds, findings: probe(nodes, start, rows))
        guard let loss = try await attempt(expected, "evaluation", { try await trainer.evaluate().loss }) else {
            return
        }
        compare([loss], expected, "evaluation", isDetected: false)
    }

    /// - Returns: whether training goes on.
    private nonisolated(nonsending) mutating func train(
        _ trainer: inout Trainer,
        _ course: inout RoundedCourse,
        _ block: Int
    ) async throws -> Bool {
        let first = trainer.iteration
        let statement = try trainer.statement(shape, iterations: block)
        // What is expected of each iteration, given all before it.
        var expected: [Expected] = []
        var findings = RangeProbe.Findings()
        for iteration in first..<first + block {
            findings.add(look(ahead: course))
            course.advance()
            let state = course.states[iteration + 1]
            let measure = course.measure(upTo: statement.span > 1 ? first : iteration)
            expected.append(
                Expected(
                    values: state.weights + state.state + [measure.loss],
                    bounds: course.bounds[iteration + 1] + [measure.lossBound],
                    findings: findings
                )
            )
        }
        let what = "block of \(block) after iteration \(first)"
        var moved = trainer
        let answers = try await attempt(expected[block - 1], what) { try await moved.run(statement, iterations: block) }
        trainer = moved
        for answer in answers ?? [] {
            compare(
                answer.weights + answer.state + [answer.measures.loss],
                expected[answer.iteration - first - 1],
                "\(what), iteration \(answer.iteration)",
                isDetected: isDetected(answer)
            )
        }
        guard let last = answers?.last else { return false }
        if trainer.iteration != first + block, !isDetected(last) {
            report.fail("\(what) ends with iteration \(trainer.iteration), although its numbers are sound")
        }
        return expected[block - 1].isFinite && !isDetected(last) && report.failure == nil
    }

    /// Whether a run would end here as diverged.
    private func isDetected(_ answer: Trainer.Answer) -> Bool {
        !(answer.measures.loss < .infinity && answer.weights.allSatisfy { abs($0) < Self.divergence })
    }

    /// What the next iteration comes upon.
    private func look(ahead course: RoundedCourse) -> RangeProbe.Findings {
        let update = step.update
        let before = course.states[course.states.count - 1]
        var findings = probe(
            [update.loss, update.metric] + update.parameters + update.state,
            before,
            course.batch(of: course.states.count - 1)
        )
        // A run would have ended here; inside of a statement that goes on, anything may come of it.
        if !before.weights.allSatisfy({ abs($0) < Self.divergence }) {
            findings.add(.init(overflow: "a weight is beyond \(Self.divergence)"))
        }
        return findings
    }

    /// Runs a statement; nil if it raised an error, be it allowed or not.
    private nonisolated(nonsending) mutating func attempt<T>(
        _ expected: Expected,
        _ what: String,
        _ statement: () async throws -> T
    ) async throws -> T? {
        if expected.isFinite { report.inRange += 1 } else { report.outOfRange += 1 }
        do {
            return try await statement()
        } catch let error as PostgresError {
            if error.sqlState != "22003" || expected.isFinite {
                let finding = expected.findings.overflow ?? expected.findings.underflow ?? "nothing out of range"
                report.fail("\(what) raises \(error); by the interpreter: \(finding)")
            }
            return nil
        }
    }

    private mutating func compare(_ actual: [Double], _ expected: Expected, _ what: String, isDetected: Bool) {
        if isDetected, !expected.isFinite { return }
        guard actual.count == expected.values.count else {
            report.fail("\(what): \(actual.count) numbers instead of \(expected.values.count)")
            return
        }
        for (index, (a, e)) in zip(actual, expected.values).enumerated() where a.isFinite && !e.isFinite {
            report.fail("\(what): number \(index) is \(a), and by the interpreter \(e)")
        }
        guard expected.isFinite else { return }
        if let difference = Comparison(bounds: expected.bounds).difference(actual, expected.values, { "number \($0)" })
        {
            report.fail("\(what): \(difference)")
        }
    }

    /// The iteration about to come is looked at.
    private func probe(_ nodes: [NodeID], _ before: ReferenceTraining, _ rows: SampleRows) -> RangeProbe.Findings {
        let coming = ReferenceTraining(
            step: step,
            weights: before.weights,
            state: before.state,
            iteration: before.iteration + 1
        )
        let inputs = coming.inputs(
            features: rows.features,
            labels: rows.labels,
            rowWeights: rows.rowWeights,
            learningRate: fuzzCase.learningRate
        )
        return RangeProbe(step, nodes).look(inputs, rows: rows.count)
    }
}
