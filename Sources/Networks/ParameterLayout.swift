/// The documented order of a network's parameters in a flat array.
///
/// Layer by layer from 1; in each the weights row by row, `w{layer}_{i}_{j}` from input i to unit j, then the biases
/// `b{layer}_{j}`. Indexes count from 0.
public struct ParameterLayout: Sendable, Hashable {
    /// The weights or the biases of one layer.
    public struct Block: Sendable, Hashable {
        /// Weights or biases.
        public enum Kind: String, Sendable, Hashable {
            case weight = "w"
            case bias = "b"
        }

        /// The layer, from 1.
        public let layer: Int
        /// Weights or biases.
        public let kind: Kind
        /// Inputs of the layer.
        public let inputs: Int
        /// Units of the layer.
        public let units: Int
        /// Where the block begins in the flat array.
        public let offset: Int

        /// How many numbers the block holds.
        public var count: Int { kind == .weight ? inputs * units : units }
    }

    /// The blocks in the order of the array.
    public let blocks: [Block]
    /// How many parameters there are.
    public let count: Int

    /// The layout for units per layer, inputs first.
    public init(layerSizes: [Int]) {
        var blocks: [Block] = []
        var offset = 0
        for layer in 1..<max(layerSizes.count, 1) {
            let (inputs, units) = (layerSizes[layer - 1], layerSizes[layer])
            for kind in [Block.Kind.weight, .bias] {
                let block = Block(layer: layer, kind: kind, inputs: inputs, units: units, offset: offset)
                blocks.append(block)
                offset += block.count
            }
        }
        self.blocks = blocks
        self.count = offset
    }

    /// The names of all parameters in the order of the array.
    public var names: [String] {
        blocks.flatMap { block in
            switch block.kind {
            case .weight:
                (0..<block.inputs).flatMap { i in (0..<block.units).map { j in "w\(block.layer)_\(i)_\(j)" } }
            case .bias: (0..<block.units).map { j in "b\(block.layer)_\(j)" }
            }
        }
    }
}
