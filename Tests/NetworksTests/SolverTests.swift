import Networks
import Samples
import Testing

/// Two steps of each solver on a line through one point, against numbers computed by hand.
///
/// The network is y = w·x + b with w = 0.5, b = 0.25; the point x = 2, y = 3; the loss e²/2 with e = w·x + b − y. So
/// the first gradient is (e·x, e) = (−3.5, −1.75). The rate is 0.1.
@Suite struct SolverTests {
    private func train(
        _ solver: Solver,
        l1: Double = 0,
        l2: Double = 0,
        clipNorm: Double? = nil,
        steps: Int = 2
    ) throws -> [ReferenceTraining] {
        let spec = NetworkSpec(
            layerSizes: [1, 1],
            activations: [],
            head: .squaredError,
            l1: l1,
            l2: l2,
            clipNorm: clipNorm,
            solver: solver
        )
        var training = ReferenceTraining(step: try TrainingStep(spec), weights: [0.5, 0.25])
        return (0..<steps).map { _ in
            _ = training.iterate(features: [2], labels: [3], learningRate: 0.1)
            return training
        }
    }

    private func expect(_ actual: [Double], _ expected: [Double], _ location: SourceLocation = #_sourceLocation) {
        #expect(relativeDifference(actual, expected) < 1e-14, "\(actual)", sourceLocation: location)
    }

    /// w ← w − rate·g. The error after the first step is −0.875, half of the first.
    @Test func gradientDescent() throws {
        let steps = try train(.sgd(momentum: 0, nesterov: false))
        expect(steps[0].weights, [0.85, 0.425])
        expect(steps[1].weights, [1.025, 0.5125])
        #expect(steps[1].state.isEmpty)
        #expect(steps[1].iteration == 2)
    }

    /// The penalty pulls at w alone: the first gradient is (−3.5 + 0.5·0.5, −1.75).
    @Test func gradientDescentWithPenalty() throws {
        expect(try train(.sgd(momentum: 0, nesterov: false), l2: 0.5)[0].weights, [0.825, 0.425])
    }

    /// The same with |w|, whose slope is 1: −3.5 + 0.5.
    @Test func gradientDescentWithL1() throws {
        expect(try train(.sgd(momentum: 0, nesterov: false), l1: 0.5)[0].weights, [0.8, 0.425])
    }

    /// (−3.5, −1.75) has the norm 3.9131; clipped to 1 it is (−2, −1)/√5. A gradient that is shorter stays as it is.
    @Test func clipping() throws {
        let clipped = try train(.sgd(momentum: 0, nesterov: false), clipNorm: 1)
        expect(clipped[0].weights, [0.5 + 0.08944271909999159, 0.25 + 0.04472135954999579])
        expect(try train(.sgd(momentum: 0, nesterov: false), clipNorm: 4)[0].weights, [0.85, 0.425])
    }

    /// Tieleman and Hinton 2012, lecture 6.5; √s + ε as in PyTorch's `RMSprop`. s = 0.1·3.5² at first.
    @Test func rmsprop() throws {
        let steps = try train(.rmsprop(rho: 0.9, epsilon: 1e-8))
        expect(steps[0].state, [1.225, 0.30625])
        expect(steps[0].weights, [0.8162277631596951, 0.5662277603025523])
        expect(steps[1].state, [1.3593433900556047, 0.33983584751390117])
        expect(steps[1].weights, [0.9536856310100448, 0.7036856269739259])
    }

    /// Duchi, Hazan and Singer 2011; PyTorch's `Adagrad` with no decay. The first move is the rate, but for ε.
    @Test func adagrad() throws {
        let steps = try train(.adagrad(epsilon: 1e-8))
        expect(steps[0].state, [12.25, 3.0625])
        expect(steps[0].weights, [0.5999999997142857, 0.3499999994285714])
        expect(steps[1].state, [20.660000013257143, 5.165000003314286])
        expect(steps[1].weights, [0.663801786078767, 0.41380178565268494])
    }

    /// Loshchilov and Hutter 2019, algorithm 2; PyTorch's `AdamW`: Adam's step, and w loses 0.1·0.5·w. The bias does not,
    /// and neither moment has seen the decay.
    @Test func adamw() throws {
        let steps = try train(.adamw(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), l2: 0.5)
        expect(steps[0].weights, [0.5749999997142857, 0.3499999994285714])
        expect(steps[0].state, [-0.35, -0.175, 0.01225, 0.0030625])
        expect(steps[1].weights, [0.6455555811455311, 0.44930558054086384])
        expect(
            steps[1].state,
            [-0.6150000002285714, -0.3075000001142857, 0.021237750013714286, 0.005309437503428572]
        )
    }

    /// 0.1, 0.05 after two epochs of two steps, by hand: the fifth step is half as long.
    @Test func aRateThatIsHalved() throws {
        let spec = NetworkSpec(
            layerSizes: [1, 1],
            activations: [],
            head: .squaredError,
            solver: .sgd(momentum: 0, nesterov: false),
            schedule: .step(size: 2, gamma: 0.5),
            iterationsPerEpoch: 2
        )
        var training = ReferenceTraining(step: try TrainingStep(spec), weights: [0, 0])
        var moves: [Double] = []
        for _ in 0..<5 {
            let before = training.weights[1]
            // The error is always −1.
            _ = training.iterate(features: [0], labels: [before + 1], learningRate: 0.1)
            moves.append(training.weights[1] - before)
        }
        #expect(relativeDifference(moves, [0.1, 0.1, 0.1, 0.1, 0.05]) < 1e-14, "\(moves)")
    }

    /// What statements compute is what is written beside the metrics.
    @Test(arguments: [
        Schedule.invscaling(power: 0.3), .exponential(gamma: 0.9), .step(size: 3, gamma: 0.5), .cosine(epochs: 7),
    ])
    func theRateOfAStepIsThatOfItsEpoch(_ schedule: Schedule) throws {
        let spec = NetworkSpec(
            layerSizes: [1, 1],
            activations: [],
            head: .squaredError,
            solver: .sgd(momentum: 0, nesterov: false),
            schedule: schedule,
            iterationsPerEpoch: 3
        )
        let step = try TrainingStep(spec)
        let rate = try #require(step.names.first { $0.value == "rate" }?.key)
        for iteration in 1...21 {
            let training = ReferenceTraining(step: step, weights: [0, 0], iteration: iteration)
            let value = training.evaluate([rate], features: [0], labels: [0], learningRate: 0.4)[0].values[0]
            let expected = 0.4 * schedule.factor(epoch: (iteration - 1) / 3)
            #expect(abs(value - expected) < 1e-15, "iteration \(iteration)")
        }
    }

    /// A quarter, half and all of the way of a cosine; 1/√(epoch + 1); 0.9^epoch; ⌊epoch / 3⌋ halvings.
    @Test func schedules() {
        let cosine = Schedule.cosine(epochs: 4)
        let factors = [0, 1, 2, 4].map { cosine.factor(epoch: $0) }
        #expect(relativeDifference(factors, [1, 0.8535533905932737, 0.5, 0]) < 1e-15)
        #expect(relativeDifference(Schedule.invscaling(power: 0.5).factor(epoch: 3), 0.5) < 1e-15)
        #expect(relativeDifference(Schedule.exponential(gamma: 0.9).factor(epoch: 2), 0.81) < 1e-15)
        let halving = Schedule.step(size: 3, gamma: 0.5)
        #expect(relativeDifference([0, 2, 3, 6].map { halving.factor(epoch: $0) }, [1, 1, 0.5, 0.25]) < 1e-15)
    }

    /// v ← 0.9·v − rate·g; w ← w + v (Sutskever et al. 2013, equations 1 and 2; scikit-learn's `SGDOptimizer`).
    @Test func momentum() throws {
        let steps = try train(.sgd(momentum: 0.9, nesterov: false))
        expect(steps[0].weights, [0.85, 0.425])
        expect(steps[0].state, [0.35, 0.175])
        // 0.9·0.35 + 0.1·1.75 = 0.49
        expect(steps[1].state, [0.49, 0.245])
        expect(steps[1].weights, [1.34, 0.67])
    }

    /// v ← 0.9·v − rate·g; w ← w + 0.9·v − rate·g, as in scikit-learn's `SGDOptimizer`.
    @Test func nesterov() throws {
        let steps = try train(.sgd(momentum: 0.9, nesterov: true))
        // 0.9·0.35 + 0.35 = 0.665
        expect(steps[0].weights, [1.165, 0.5825])
        expect(steps[0].state, [0.35, 0.175])
        // e = −0.0875, g = −0.175: v = 0.315 + 0.0175; the move is 0.9·0.3325 + 0.0175.
        expect(steps[1].state, [0.3325, 0.16625])
        expect(steps[1].weights, [1.48175, 0.740875])
    }

    /// Kingma and Ba 2015, algorithm 1. The first move is the rate, but for ε: m̂/√v̂ = g/|g|.
    @Test func adam() throws {
        let steps = try train(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8))
        expect(steps[0].weights, [0.5999999997142857, 0.3499999994285715])
        // Means (w, b), then squares (w, b): 0.1·g and 0.001·g².
        expect(steps[0].state, [-0.35, -0.175, 0.01225, 0.0030625])
        expect(steps[1].weights, [0.6990767613002824, 0.44907676070629066])
        expect(
            steps[1].state,
            [-0.6050000002285715, -0.30250000011428574, 0.020647750013257145, 0.005161937503314286]
        )
    }

    /// Without memory of squares and means Adam is the sign of the gradient.
    @Test func adamWithoutMemory() throws {
        let steps = try train(.adam(beta1: 0, beta2: 0, epsilon: 1e-8))
        #expect(relativeDifference(steps[0].weights, [0.6, 0.35]) < 1e-8)
        #expect(relativeDifference(steps[1].weights, [0.7, 0.45]) < 1e-8)
    }

    /// Products of denormal numbers are errors in PostgreSQL: state that fades away becomes 0.
    @Test func fadingStateBecomesZero() throws {
        let spec = NetworkSpec(
            layerSizes: [1, 1],
            activations: [],
            head: .squaredError,
            solver: .sgd(momentum: 0.5, nesterov: false)
        )
        var training = ReferenceTraining(step: try TrainingStep(spec), weights: [1, 0])
        // The first row is off by 1; after that the second, which is right already, leaves nothing but the memory.
        _ = training.iterate(features: [1e-3], labels: [1], learningRate: 1e-9)
        var smallest = Double.infinity
        for _ in 0..<600 {
            _ = training.iterate(features: [0], labels: [training.weights[1]], learningRate: 1e-9)
            for value in training.state where value != 0 { smallest = min(smallest, abs(value)) }
        }
        #expect(training.state == [0, 0])
        #expect(smallest >= 1e-150)
    }
}
