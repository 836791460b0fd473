import RealModule

/// Random numbers that a seed repeats: SplitMix64 (Steele, Lea and Flood 2014, figure 16).
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number between the bounds.
    public mutating func uniform(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &self) }

    /// A whole number from 0 up to, but not including, the bound.
    public mutating func index(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    /// A normally distributed number of mean 0 and deviation 1 (Box and Muller 1958).
    public mutating func normal() -> Double {
        let radius = (-2 * Double.log(Double.random(in: 0x1p-53...1, using: &self))).squareRoot()
        return radius * Double.cos(2 * .pi * Double.random(in: 0..<1, using: &self))
    }

    /// One of several.
    public mutating func one<T>(of choices: [T]) -> T { choices[index(below: choices.count)] }
}
