import Autodiff
import Networks

extension Lowering {
    /// How a statement reads the inputs of the step: data from columns, all else from placeholders.
    func inputs() -> [NodeID: Reference] {
        var references = dataColumns()
        let names = step.layout.names
        forEachParameter { id, index in references[id] = .hole(names[index]) }
        forEachState { id, index in references[id] = .holeElement(HoleName.state, index + 1) }
        for (slot, name) in scalarInputs {
            if let id = scalars.node(of: slot, 0) { references[id] = .hole(name) }
        }
        return references
    }

    /// The features `x1` …, the label `y` and, where rows have weights, `w`.
    func dataColumns() -> [NodeID: Reference] {
        var references: [NodeID: Reference] = [:]
        let features = step.inputs.features
        for index in 0..<features.shape.count {
            if let id = scalars.node(of: features, index) { references[id] = .column("x\(index + 1)") }
        }
        if let id = scalars.node(of: step.inputs.label, 0) { references[id] = .column("y") }
        if let slot = step.inputs.rowWeight, let id = scalars.node(of: slot, 0) { references[id] = .column("w") }
        return references
    }

    var scalarInputs: [(Slot, String)] {
        [(step.inputs.learningRate, HoleName.learningRate), (step.inputs.iteration, HoleName.iteration)]
    }

    /// Visits the scalar nodes of the parameters with their place in the flat array, from 0.
    func forEachParameter(_ visit: (NodeID, Int) -> Void) { forEach(step.inputs.parameters, visit) }

    /// Visits the scalar nodes of the solver's state with their place in the flat array, from 0.
    func forEachState(_ visit: (NodeID, Int) -> Void) { forEach(step.inputs.state, visit) }

    private func forEach(_ slots: [Slot], _ visit: (NodeID, Int) -> Void) {
        var position = 0
        for slot in slots {
            for index in 0..<slot.shape.count {
                if let id = scalars.node(of: slot, index) { visit(id, position) }
                position += 1
            }
        }
    }
}
