import Autodiff
import Networks
import Samples

/// The gradient that the solver gets, against differences of the loss that is reported, both by the interpreter.
///
/// Differences mean nothing across a kink: relu and maximum, |x|, the clamp of exponents at ±100, the threshold below
/// which an error is 0. Nor do they where a step is wide and a bend is narrow. Where one lies in the way the step becomes smaller; where one lies at the very place, the check
/// moves to a place nearby. Both are counted, nothing is left out silently.
struct GradientCheck {
    /// Relative to max(1, |derivative|); with values of a million, to the largest derivative of the case.
    static let tolerance = 1e-6
    /// An extrapolation that is no better than this, relative to max(1, |derivative|), says nothing.
    private static let clarity = 1e-7
    /// Weights whose derivative is compared, beside one direction through all of them.
    private static let coordinates = 5
    private static let moves = 12

    private let step: TrainingStep
    private let rows: SampleRows
    private let isWide: Bool
    private let branches: BranchPattern
    private let gradients: [NodeID]

    private init(_ fuzzCase: FuzzCase) throws {
        step = try TrainingStep(fuzzCase.network)
        rows = fuzzCase.rows.make(for: fuzzCase.network, fuzzCase.random(.rows))
        isWide = fuzzCase.rows.isWide
        branches = BranchPattern(step.graph, loss: step.update.loss)
        let nodes = Dictionary(step.names.map { ($0.value, $0.key) }) { first, _ in first }
        gradients = step.inputs.parameters.compactMap { nodes["g_\($0.name)"] }
        precondition(gradients.count == step.inputs.parameters.count, "every block has a gradient with a name")
    }

    static func run(_ fuzzCase: FuzzCase) throws -> FuzzReport {
        var report = FuzzReport(fuzzCase)
        let check = try Self(fuzzCase)
        let weights = fuzzCase.weights.make(for: fuzzCase.network, fuzzCase.random(.weights))
        var random = fuzzCase.random(.lines)
        let chosen = Set((0..<Self.coordinates).map { _ in random.index(below: weights.count) }).sorted()
        var directions = chosen.map { place in weights.indices.map { $0 == place ? 1.0 : 0 } }
        directions.append(weights.map { _ in random.normal() })
        for direction in directions { check.compare(along: direction, at: weights, &random, &report) }
        return report
    }

    private func compare(
        along direction: [Double],
        at start: [Double],
        _ random: inout SeededGenerator,
        _ report: inout FuzzReport
    ) {
        var place = start
        for move in 0...Self.moves {
            let size = zip(place, direction).reduce(1) { $1.1 == 0 ? $0 : max($0, abs($1.0)) }
            let origin = evaluate(place)
            let found = Extrapolation(largest: size / 4, smallest: size * 1e-13) { distance in
                let there = evaluate(zip(place, direction).map { $0 + distance * $1 })
                return there.place.isNear(origin.place) ? there.loss : nil
            }
            let gradient = gradient(place)
            let expected = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
            // Errors of a million: all derivatives come out of one loss, and its rounding is as large as the largest wants.
            let shared = isWide ? gradient.reduce(0) { max($0, abs($1)) } : 0
            let scale = max(1, abs(expected), shared)
            if let found, found.error <= Self.clarity * scale {
                report.derivatives += 1
                if move > 0 { report.steppedAround += 1 }
                let difference = abs(found.derivative - expected)
                // Written so that NaN fails.
                if !(difference <= Self.tolerance * scale) {
                    report.fail(
                        "the gradient along \(name(direction)) is \(expected), by differences \(found.derivative) "
                            + "± \(found.error), after \(move) moves, at \(place)"
                    )
                }
                return
            }
            // Ever further, since how far the kinks lie apart depends on the data.
            let reach = [1e-9, 1e-6, 1e-3, 0.1][move % 4]
            place = start.map { $0 + random.normal() * reach * max(1, abs($0)) }
        }
        report.unreached += 1
    }

    private func evaluate(_ weights: [Double]) -> (loss: Double, place: BranchPattern.Place) {
        let values = ReferenceTraining(step: step, weights: weights)
            .evaluate(
                [step.update.loss] + branches.nodes,
                features: rows.features,
                labels: rows.labels,
                rowWeights: rows.rowWeights
            )
        return (values[0].values[0], branches.place(Array(values.dropFirst()), rows: rows.count))
    }

    private func gradient(_ weights: [Double]) -> [Double] {
        let values = ReferenceTraining(step: step, weights: weights)
            .evaluate(gradients, features: rows.features, labels: rows.labels, rowWeights: rows.rowWeights)
        return zip(step.layout.blocks, values).flatMap { block, value in
            // A derivative that is the same for all units may be there only once.
            value.shape.count == block.count
                ? value.values : [Double](repeating: value.values[0], count: block.count)
        }
    }

    private func name(_ direction: [Double]) -> String {
        let moved = direction.indices.filter { direction[$0] != 0 }
        return moved.count == 1 ? step.layout.names[moved[0]] : "a direction"
    }
}
