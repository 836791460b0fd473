import Lowering
import Networks
import Testing

@testable import Training

@Suite struct PlanModeTests {
    /// Constants help where rows compute what is the same for all of them, and where there are rows enough.
    @Test func whoIsPlannedAnew() throws {
        func lowering(classes: Int) throws -> Lowering {
            let spec = NetworkSpec(
                layerSizes: [2, 3, classes],
                activations: [.relu],
                head: .softmaxCrossEntropy,
                solver: .sgd(momentum: 0, nesterov: false)
            )
            return Lowering(try TrainingStep(spec))
        }
        let (two, three) = (try lowering(classes: 2), try lowering(classes: 3))
        #expect(PlanMode(.step, two, rowsPerIteration: 100_000) == .custom)
        #expect(PlanMode(.step, two, rowsPerIteration: 150) == .generic)
        #expect(PlanMode(.step, three, rowsPerIteration: 100_000) == .generic)
        for shape in StatementShape.allCases where shape != .step {
            #expect(PlanMode(shape, two, rowsPerIteration: 100_000) == .generic)
        }
    }
}
