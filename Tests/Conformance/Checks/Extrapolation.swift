/// The derivative of a function at 0 from central differences of ever smaller steps, extrapolated to a step of 0
/// (Ridders 1982).
struct Extrapolation {
    let derivative: Double
    /// How far it may be off: what the last extrapolation changed, and what the rounding of the values amounts to.
    let error: Double

    private static let halvings = 48
    private static let mostColumns = 9

    /// - Parameters:
    ///   - largest: the first step.
    ///   - smallest: the last one to try.
    ///   - function: its value, or nil where a kink lies between 0 and there.
    /// - Returns: nil if fewer than three steps in a row stay clear of kinks.
    init?(largest: Double, smallest: Double, _ function: (Double) -> Double?) {
        var best: (derivative: Double, error: Double)?
        var row: [Double] = []
        var step = largest
        for _ in 0..<Self.halvings where step >= smallest {
            defer { step /= 2 }
            guard let above = function(step), let below = function(-step) else {
                // What came from larger steps has a kink in between.
                (best, row) = (nil, [])
                continue
            }
            let rounding = 4 * Double.ulpOfOne * max(abs(above), abs(below)) / step
            var next = [(above - below) / (2 * step)]
            var factor = 1.0
            for column in row.indices.prefix(Self.mostColumns) {
                factor *= 4
                next.append((next[column] * factor - row[column]) / (factor - 1))
                let change = max(abs(next[column + 1] - next[column]), abs(next[column + 1] - row[column]))
                let error = change + rounding
                if column > 0, error < best?.error ?? .infinity { best = (next[column + 1], error) }
            }
            // Smaller steps only add to the rounding.
            if let best, rounding > best.error { break }
            if let best, let last = next.last, let previous = row.last, abs(last - previous) > 2 * best.error { break }
            row = next
        }
        guard let best else { return nil }
        (derivative, error) = best
    }
}
