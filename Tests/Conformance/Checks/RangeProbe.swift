import Autodiff
import Networks
import Samples

/// Looks at every single operation of a step for numbers that leave float8, as PostgreSQL would see them.
struct RangeProbe {
    private let scalars: ScalarGraph
    private let outputs: [NodeID]

    /// - Parameter outputs: of the step's graph.
    init(_ step: TrainingStep, _ outputs: [NodeID]) {
        scalars = ScalarGraph(unrolling: step.graph, outputs: outputs)
        self.outputs = outputs.flatMap { [scalars] in scalars[$0] }
    }

    /// What is first found in an evaluation.
    struct Findings {
        /// A number that is infinite or none.
        var overflow: String?
        /// A product or quotient that is 0 though nothing in it is.
        var underflow: String?

        mutating func add(_ later: Findings) {
            overflow = overflow ?? later.overflow
            underflow = underflow ?? later.underflow
        }
    }

    func look(_ inputs: [Slot: Tensor], rows: Int) -> Findings {
        let nodes = scalars.graph.reachable(from: outputs)
        let values = Interpreter(scalars.graph, rows: rows).evaluate(nodes) { slot in
            guard let value = inputs[slot] else { preconditionFailure("the step has no input \(slot.name)") }
            return value
        }
        let known = Dictionary(uniqueKeysWithValues: zip(nodes, values))
        var findings = Findings()
        for (id, value) in zip(nodes, values) {
            let node = scalars.graph[id]
            if findings.overflow == nil, let wrong = value.values.first(where: { !$0.isFinite }) {
                findings.overflow = "\(node.op) gives \(wrong)"
            }
            guard findings.underflow == nil, node.op == .multiply || node.op == .divide else { continue }
            let x = node.operands.compactMap { known[$0] }
            for row in value.values.indices where value.values[row] == 0 {
                let (a, b) = (x[0][row, 0], x[1][row, 0])
                if a != 0, b != 0, b.isFinite { findings.underflow = "\(node.op) of \(a) and \(b) gives 0" }
            }
        }
        return findings
    }
}
