import Networks
import RealModule

/// Makes the weights a run begins with from its seed.
enum InitialWeights {
    /// Makes the weights. Those whose products would underflow are 0, as they are after every iteration.
    /// - Throws: `TrainingError` if weights are given and their number is not that of the network.
    static func make(
        _ initialization: Initialization,
        layout: ParameterLayout,
        activations: [Activation],
        seed: Int
    ) throws(TrainingError) -> [Double] {
        try draw(initialization, layout: layout, activations: activations, seed: seed).map { abs($0) < 1e-100 ? 0 : $0 }
    }

    private static func draw(
        _ initialization: Initialization,
        layout: ParameterLayout,
        activations: [Activation],
        seed: Int
    ) throws(TrainingError) -> [Double] {
        var random = SplitMix64(state: UInt64(bitPattern: Int64(seed)))
        if case .weights(let given) = initialization {
            guard given.count == layout.count else { throw wrongCount(given.count, wanted: "\(layout.count)") }
            return given
        }
        return layout.blocks.flatMap { block -> [Double] in
            guard block.kind == .weight else { return Array(repeating: 0, count: block.count) }
            let isRectified = block.layer <= activations.count && activations[block.layer - 1].isRectifier
            return (0..<block.count).map { _ in
                switch initialization {
                case .he: random.normal() * (2 / Double(block.inputs)).squareRoot()
                case .byActivation where isRectified: random.normal() * (2 / Double(block.inputs)).squareRoot()
                case .glorot, .byActivation, .weights:
                    (2 * random.uniform() - 1) * (6 / Double(block.inputs + block.units)).squareRoot()
                case .normal(let scale): random.normal() * scale
                }
            }
        }
    }

    static func wrongCount(_ count: Int, wanted: String) -> TrainingError {
        TrainingError(
            .invalidOption,
            "weights has \(count) numbers, and the network has \(wanted)",
            field: "weights",
            hint: "layer by layer: w{layer}_{i}_{j} row by row, then b{layer}_{j}"
        )
    }
}

/// A small generator whose stream is fixed for ever (Steele, Lea and Flood 2014): the same seed, the same weights.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Above 0 and below 1.
    mutating func uniform() -> Double { (Double(next() >> 12) + 0.5) / Double(1 << 52) }

    /// Mean 0, deviation 1 (Box and Muller 1958).
    mutating func normal() -> Double {
        (-2 * Double.log(uniform())).squareRoot() * Double.cos(2 * Double.pi * uniform())
    }
}
