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
        var course = RoundedCourse(
            step,
            weights: weights,
            rows: rows,
            learningRate: fuzzCase.learningRate,
            fuzzCase.random(.jitter)
        )
        var trainer = Trainer(Lowering(step), weights: weights, learningRate: fuzzCase.learningRate, on: connection)
        let blocks = try trainer.fitting(fuzzCase.blocks, shape)
        report.fuzzCase.blocks = blocks
        try await FuzzTable(connection: connection).fill(rows)
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
        let values = start.evaluate([node], features: rows.features, labels: rows.labels)[0].values
        let bounds = course.bounds(of: values, after: 0) { training, rows in
            training.evaluate([node], features: rows.features, labels: rows.labels)[0].values
        }
        let expected = Expected(values: values, bounds: bounds, findings: probe([node], start))
        let actual = try await attempt(expected, "prediction") { try await trainer.predict().predictions }
        guard let actual else { return }
        compare(actual, expected, "prediction", isDetected: false)
    }

    private nonisolated(nonsending) mutating func evaluate(_ trainer: Trainer, _ course: inout RoundedCourse)
        async throws
    {
        let start = course.states[0]
        let nodes = [step.update.loss, step.update.metric]
        let values = start.evaluate(nodes, features: rows.features, labels: rows.labels)
        let bounds = course.bounds(of: values[0].values, after: 0) { training, rows in
            training.evaluate([nodes[0]], features: rows.features, labels: rows.labels)[0].values
        }
        let expected = Expected(values: values[0].values, bounds: bounds, findings: probe(nodes, start))
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
        var findings = RangeProbe.Findings()
        let update = step.update
        for _ in 0..<block {
            let before = course.states[course.states.count - 1]
            let found = probe([update.loss, update.metric] + update.parameters + update.state, before)
            findings.overflow = findings.overflow ?? found.overflow
            findings.underflow = findings.underflow ?? found.underflow
            course.advance()
            // A run would have ended here; inside of a block nobody looks, and what comes of it may be anything.
            if !before.weights.allSatisfy({ abs($0) < Self.divergence }), findings.overflow == nil {
                findings.overflow = "a weight is beyond \(Self.divergence)"
            }
        }
        let last = course.states[course.states.count - 1]
        let expected = Expected(
            values: last.weights + last.state + [course.measures[first].loss],
            bounds: course.bounds[course.bounds.count - 1] + [course.lossBounds[first]],
            findings: findings
        )
        let what = "block of \(block), iterations \(first + 1) to \(first + block)"
        let statement = try trainer.statement(shape, iterations: block)
        var moved = trainer
        let measures = try await attempt(expected, what) { try await moved.run(statement) }
        trainer = moved
        guard let measures else { return false }
        let isDetected = !(measures.loss < .infinity && trainer.weights.allSatisfy { abs($0) < Self.divergence })
        compare(trainer.weights + trainer.state + [measures.loss], expected, what, isDetected: isDetected)
        return expected.isFinite && !isDetected && report.failure == nil
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
    private func probe(_ nodes: [NodeID], _ before: ReferenceTraining) -> RangeProbe.Findings {
        let coming = ReferenceTraining(
            step: step,
            weights: before.weights,
            state: before.state,
            iteration: before.iteration + 1
        )
        let inputs = coming.inputs(
            features: rows.features,
            labels: rows.labels,
            learningRate: fuzzCase.learningRate
        )
        return RangeProbe(step, nodes).look(inputs, rows: rows.count)
    }
}
