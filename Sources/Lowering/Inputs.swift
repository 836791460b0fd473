import Autodiff
import Networks

extension Lowering {
    /// How a statement reads the inputs of the step: data from columns, all else from placeholders.
    func inputs() -> [NodeID: Reference] {
        var references = dataColumns()
        var position = 0
        let names = step.layout.names
        for slot in step.inputs.parameters {
            for index in 0..<slot.shape.count {
                if let id = scalars.node(of: slot, index) { references[id] = .hole(names[position]) }
                position += 1
            }
        }
        forEachState { id, index in references[id] = .holeElement(HoleName.state, index + 1) }
        for (slot, name) in scalarInputs {
            if let id = scalars.node(of: slot, 0) { references[id] = .hole(name) }
        }
        return references
    }

    /// The features `x1` … and the label `y`.
    func dataColumns() -> [NodeID: Reference] {
        var references: [NodeID: Reference] = [:]
        let features = step.inputs.features
        for index in 0..<features.shape.count {
            if let id = scalars.node(of: features, index) { references[id] = .column("x\(index + 1)") }
        }
        if let id = scalars.node(of: step.inputs.label, 0) { references[id] = .column("y") }
        return references
    }

    var scalarInputs: [(Slot, String)] {
        [(step.inputs.learningRate, HoleName.learningRate), (step.inputs.iteration, HoleName.iteration)]
    }

    /// Visits the scalar nodes of the solver's state with their place in the flat array, from 0.
    func forEachState(_ visit: (NodeID, Int) -> Void) {
        var position = 0
        for slot in step.inputs.state {
            for index in 0..<slot.shape.count {
                if let id = scalars.node(of: slot, index) { visit(id, position) }
                position += 1
            }
        }
    }
}
