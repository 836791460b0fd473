import Networks
import Samples

/// What the interpreter makes of a network, iteration by iteration, and how far rounding may take somebody else who
/// evaluates the same formulas.
///
/// Every operation of PostgreSQL's is correctly rounded or, for exp, ln and tanh, off by less than a unit in the last
/// place, as every one of the interpreter's; sums over rows may be added in another order. Each such error is the same
/// as a change of an operand by at most some u = 2⁻⁵³ of itself. So beside the interpreter run copies of it whose
/// weights, solver state and data are changed at random by up to 8u of themselves before every iteration, and whose rows
/// come in another order. How far they stray is the rounding of eight operations taken through the derivatives of all that
/// follows, kinks included. An iteration of these networks has a few hundred operations per number, whose errors add up
/// like the root of their count, so `safety` times the stray of the copies bounds the difference.
struct RoundedCourse {
    /// A bound is this times what the copies strayed.
    static let safety = 64.0
    private static let copies = 2
    private static let change = 0x1p-50

    private let rows: SampleRows
    private let batchSize: Int
    private let batches: Int
    private let learningRate: Double
    private var random: SeededGenerator
    /// The copies, before the first iteration and after each.
    private var strays: [[ReferenceTraining]]
    /// Before the first iteration and after each.
    private(set) var states: [ReferenceTraining]
    /// What each iteration measured of its batch.
    private(set) var measures: [Measure] = []
    /// For each of `states` how far its weights and its solver state may be off.
    private(set) var bounds: [[Double]]

    /// What a number of rows gave, with the weights as they were before an iteration.
    struct Measure {
        var loss = 0.0
        var metric = 0.0
        var rows = 0
        /// How far the loss may be off.
        var lossBound = 0.0
    }

    init(_ step: TrainingStep, weights: [Double], _ fuzzCase: FuzzCase, rows: SampleRows) {
        self.rows = rows
        batches = fuzzCase.rows.batches
        batchSize = fuzzCase.rows.batchSize ?? rows.count
        learningRate = fuzzCase.learningRate
        random = fuzzCase.random(.jitter)
        let start = ReferenceTraining(step: step, weights: weights)
        states = [start]
        strays = [[ReferenceTraining](repeating: start, count: Self.copies)]
        bounds = [[Double](repeating: 0, count: weights.count + step.stateCount)]
    }

    /// One more iteration.
    mutating func advance() {
        var reference = states[states.count - 1]
        let rows = batch(of: states.count - 1)
        let measured = reference.iterate(
            features: rows.features,
            labels: rows.labels,
            rowWeights: rows.rowWeights,
            learningRate: learningRate
        )
        states.append(reference)
        let expected = reference.weights + reference.state
        var (bound, lossBound) = ([Double](repeating: 0, count: expected.count), 0.0)
        var moved: [ReferenceTraining] = []
        for copy in strays[strays.count - 1] {
            var copy = changed(copy)
            let rows = changed(rows).shuffled(&random)
            let loss = copy.iterate(
                features: rows.features,
                labels: rows.labels,
                rowWeights: rows.rowWeights,
                learningRate: learningRate
            ).loss
            moved.append(copy)
            lossBound = max(lossBound, Self.distance(loss, measured.loss))
            let numbers = copy.weights + copy.state
            for place in bound.indices {
                bound[place] = max(bound[place], Self.distance(numbers[place], expected[place]))
            }
        }
        strays.append(moved)
        bounds.append(bound)
        measures.append(
            Measure(loss: measured.loss, metric: measured.metric, rows: rows.count, lossBound: lossBound)
        )
    }

    /// The rows of an iteration, counted from 0.
    func batch(of iteration: Int) -> SampleRows {
        let first = iteration % batches * batchSize
        let range = first..<min(first + batchSize, rows.count)
        return SampleRows(
            features: Array(rows.features[range.lowerBound * rows.width..<range.upperBound * rows.width]),
            labels: Array(rows.labels[range]),
            width: rows.width,
            rowWeights: rows.rowWeights.map { Array($0[range]) }
        )
    }

    /// The iterations of an epoch up to and with one of them, counted from 0.
    func epoch(upTo iteration: Int) -> ClosedRange<Int> { iteration - iteration % batches...iteration }

    /// What an epoch has measured by the end of an iteration, counted from 0.
    func measure(upTo iteration: Int) -> Measure {
        var sum = Measure()
        for part in measures[epoch(upTo: iteration)] {
            sum.rows += part.rows
            sum.loss += part.loss * Double(part.rows)
            sum.metric += part.metric * Double(part.rows)
            sum.lossBound += part.lossBound * Double(part.rows)
        }
        sum.loss /= Double(sum.rows)
        sum.metric /= Double(sum.rows)
        sum.lossBound /= Double(sum.rows)
        return sum
    }

    /// The largest bound of the last iteration, relative to max(1, |number|).
    var worst: Double {
        let last = states[states.count - 1]
        let numbers = zip(last.weights + last.state, bounds[bounds.count - 1]).map { $1 / max(1, abs($0)) }
        let loss = measures.last.map { $0.lossBound / max(1, abs($0.loss)) } ?? 0
        return numbers.reduce(loss, max)
    }

    /// Whether the last iteration began with a loss and ended with weights that are far from leaving float8.
    var isSound: Bool {
        let weights = states[states.count - 1].weights
        return abs(measures.last?.loss ?? 0) < 1e60 && weights.allSatisfy { abs($0) < 1e30 }
    }

    /// How far numbers per row may be off that are computed from the weights after some iterations.
    mutating func bounds(
        of expected: [Double],
        after iteration: Int,
        _ compute: (ReferenceTraining, SampleRows) -> [Double]
    ) -> [Double] {
        var bounds = [Double](repeating: 0, count: expected.count)
        for copy in strays[iteration] {
            let numbers = compute(changed(copy), changed(rows))
            for place in bounds.indices {
                bounds[place] = max(bounds[place], Self.distance(numbers[place], expected[place]))
            }
        }
        return bounds
    }

    private mutating func changed(_ training: ReferenceTraining) -> ReferenceTraining {
        ReferenceTraining(
            step: training.step,
            weights: changed(training.weights),
            state: changed(training.state),
            iteration: training.iteration
        )
    }

    /// Indexes of classes and categories stay as they are: they are exact.
    private mutating func changed(_ rows: SampleRows) -> SampleRows {
        let spec = states[0].step.spec
        var features = changed(rows.features)
        for (position, column) in (spec.columns ?? []).enumerated() where column != .number {
            for place in stride(from: position, to: features.count, by: rows.width) {
                features[place] = rows.features[place]
            }
        }
        return SampleRows(
            features: features,
            labels: spec.head == .softmaxCrossEntropy ? rows.labels : changed(rows.labels),
            width: rows.width,
            rowWeights: rows.rowWeights.map { changed($0) }
        )
    }

    private mutating func changed(_ numbers: [Double]) -> [Double] {
        numbers.map { $0 * (1 + random.uniform(-1...1) * Self.change) }
    }

    /// Infinite where there is no distance, so that nothing is compared with what is no number.
    private static func distance(_ a: Double, _ b: Double) -> Double {
        let distance = safety * abs(a - b)
        return distance.isNaN ? .infinity : distance
    }
}

extension SampleRows {
    fileprivate func shuffled(_ random: inout SeededGenerator) -> SampleRows {
        let order = (0..<count).shuffled(using: &random)
        return SampleRows(
            features: order.flatMap { features[$0 * width..<($0 + 1) * width] },
            labels: order.map { labels[$0] },
            width: width,
            rowWeights: rowWeights.map { weights in order.map { weights[$0] } }
        )
    }
}
