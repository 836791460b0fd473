import Autodiff

/// One iteration of training as a graph, in the three parts that every statement shape arranges in its own way:
/// what is computed per row, what is summed over the rows, and what becomes of the sums.
public struct TrainingStep: Sendable {
    /// The inputs of the graph.
    public struct Inputs: Sendable {
        /// The columns of a row that hold features: numbers and indexes of categories.
        public let features: Slot
        /// The class index or the value of a row.
        public let label: Slot
        /// What the row counts in the loss, above 0; nil if all count the same.
        public let rowWeight: Slot?
        /// Weights and biases, in the order of the layout's blocks.
        public let parameters: [Slot]
        /// Solver state: for each kind of state one slot per parameter block.
        public let state: [Slot]
        /// The learning rate, before the schedule.
        public let learningRate: Slot
        /// The number of this iteration, from 1.
        public let iteration: Slot
    }

    /// What is computed for each row on its own.
    public struct PerRow: Sendable {
        /// The loss.
        public let loss: NodeID
        /// 1 where the prediction is the label, else 0; the squared error for regression, whatever the loss.
        public let metric: NodeID
        /// Class probabilities, or the predicted value. Shape (outputs).
        public let prediction: NodeID
        /// The index of the most probable class; nil for regression.
        public let predictedClass: NodeID?
    }

    /// What is summed over all rows. A distributed run adds these up across its parts.
    public struct Sums: Sendable {
        /// The sum of the losses, each times its row's weight.
        public let loss: NodeID
        /// The number of right predictions, or the sum of squared errors.
        public let metric: NodeID
        /// The number of rows.
        public let rows: NodeID
        /// The sum of the weights: the number of rows where they have none.
        public let weight: NodeID
        /// The gradient of the summed loss by each parameter block.
        public let gradients: [NodeID]
    }

    /// What follows from the sums, once per iteration.
    public struct Update: Sendable {
        /// Mean loss, weighted where rows have weights, and penalty of the weights the iteration started from: what training minimises.
        public let loss: NodeID
        /// The share of right predictions, or the mean squared error.
        public let metric: NodeID
        /// The new parameters, block by block.
        public let parameters: [NodeID]
        /// The new solver state.
        public let state: [NodeID]
    }

    /// The network this is a step of.
    public let spec: NetworkSpec
    /// The order of parameters.
    public let layout: ParameterLayout
    /// The tensor graph of all three parts.
    public let graph: Graph
    public let inputs: Inputs
    public let perRow: PerRow
    public let sums: Sums
    public let update: Update

    /// Names for values that people know: `h1` is the first hidden layer, `delta1` the derivative by its sums, `d_w1`
    /// the derivative by its weights summed over the rows, `g_w1` the whole gradient, `new_w1` the weights to come.
    public let names: [NodeID: String]

    /// How many numbers of solver state there are.
    public var stateCount: Int { inputs.state.reduce(0) { $0 + $1.shape.count } }

    /// Builds the step of a network.
    /// - Throws: `NetworkSpecError` if the network can't be trained.
    public init(_ spec: NetworkSpec) throws {
        try spec.validate()
        var graph = Graph()
        let layout = ParameterLayout(layerSizes: spec.layerSizes)
        let parameterSlots = layout.blocks.map { block in
            Slot(
                name: "\(block.kind.rawValue)\(block.layer)",
                scope: .global,
                shape: block.kind == .weight ? .matrix(block.inputs, block.units) : .vector(block.units)
            )
        }
        let features = Slot(name: "x", scope: .row, shape: .vector(spec.columnCount))
        let label = Slot(name: "y", scope: .row, shape: .scalar)
        let rowWeight = spec.hasRowWeights ? Slot(name: "w", scope: .row, shape: .scalar) : nil
        let learningRate = Slot(name: "learning_rate", scope: .global, shape: .scalar)
        let iteration = Slot(name: "iteration", scope: .global, shape: .scalar)

        let parameters = parameterSlots.map { graph.input($0) }
        let inputs = graph.indicators(graph.input(features), counts: spec.categoryCounts)
        let layers = graph.forward(inputs, parameters: parameters, activations: spec.activations)
        let head = graph.head(spec, on: layers[layers.count - 1], label: graph.input(label))
        let perRow = head.perRow
        let weighted = rowWeight.map { graph.multiply(graph.input($0), perRow.loss) } ?? perRow.loss
        let (gradients, deltas) = try graph.gradient(of: weighted, by: parameters)
        let sums = Sums(
            loss: graph.sumRows(weighted),
            metric: graph.sumRows(perRow.metric),
            rows: graph.count(),
            weight: rowWeight.map { graph.sumRows(graph.input($0)) } ?? graph.count(),
            gradients: gradients
        )

        let penalty = graph.penalty(spec, layout: layout, parameters: parameters)
        let penaltyGradients = try graph.gradient(of: penalty, by: parameters).byInput
        let means = zip(gradients, penaltyGradients).map { sum, regulariser in
            graph.add(graph.divide(sum, sums.weight), regulariser)
        }
        let flushedMeans = means.map { graph.flush($0) }
        let clipping = spec.clipNorm.map { graph.clipped(flushedMeans, norm: $0) }
        let rate = graph.scheduled(
            spec.schedule,
            rate: graph.input(learningRate),
            iteration: graph.input(iteration),
            iterationsPerEpoch: spec.iterationsPerEpoch
        )
        let stepping = graph.step(
            spec.solver,
            SolverInputs(
                parameters: parameters,
                slots: parameterSlots,
                gradients: clipping?.gradients ?? flushedMeans,
                rate: rate,
                iteration: graph.input(iteration)
            ),
            weightDecay: spec.l2
        )
        self.update = Update(
            loss: graph.add(graph.divide(sums.loss, sums.weight), penalty),
            metric: graph.divide(sums.metric, sums.rows),
            parameters: stepping.parameters,
            state: stepping.state
        )
        self.inputs = Inputs(
            features: features,
            label: label,
            rowWeight: rowWeight,
            parameters: parameterSlots,
            state: stepping.slots,
            learningRate: learningRate,
            iteration: iteration
        )
        var names = head.names
        for (index, layer) in layers.enumerated() {
            let isLast = index == layers.count - 1
            names[layer.outputs] = isLast ? "score" : "h\(index + 1)"
            if let delta = deltas[isLast ? head.output : layer.sums] { names[delta] = "delta\(index + 1)" }
        }
        names[perRow.loss] = "row_loss"
        names[perRow.metric] = "row_metric"
        names[sums.loss] = "sum_loss"
        names[sums.metric] = "sum_metric"
        names[sums.rows] = "n"
        if rowWeight != nil {
            names[weighted] = "weighted_loss"
            names[sums.weight] = "sum_weight"
        }
        names[penalty] = "penalty"
        if !spec.schedule.leavesRate { names[rate] = "rate" }
        names.merge(stepping.names) { first, _ in first }
        names.merge(clipping?.names ?? [:]) { first, _ in first }
        for (index, slot) in parameterSlots.enumerated() {
            names[gradients[index]] = "d_\(slot.name)"
            names[means[index]] = "g_\(slot.name)"
            names[flushedMeans[index]] = "flushed_g_\(slot.name)"
        }
        self.names = names
        self.spec = spec
        self.layout = layout
        self.perRow = perRow
        self.sums = sums
        self.graph = graph
    }
}
