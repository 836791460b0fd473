/// Numbers from PostgreSQL beside the interpreter's.
struct Comparison {
    /// Relative to max(1, |expected|).
    static let tolerance = 1e-9
    /// How far each number may be off beyond the tolerance; nil holds all to the tolerance alone.
    let bounds: [Double]?

    /// The first number that is too far off, in words.
    func difference(_ actual: [Double], _ expected: [Double], _ names: (Int) -> String) -> String? {
        guard actual.count == expected.count else { return "\(actual.count) numbers instead of \(expected.count)" }
        for (index, (a, e)) in zip(actual, expected).enumerated() {
            let bound = max(Self.tolerance * max(1, abs(e)), bounds?[index] ?? 0)
            if bound == .infinity || a == e || (a.isNaN && e.isNaN) { continue }
            // Written so that NaN is a difference.
            if !(abs(a - e) <= bound) { return "\(names(index)) is \(a), and by the interpreter \(e) ± \(bound)" }
        }
        return nil
    }
}
