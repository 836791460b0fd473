import RealModule
import Samples

/// The article's eleven levels in plain Swift, with its two faults mended: each hidden unit has its own gate, and
/// softmax is shifted by the larger score.
struct ArticleNetwork {
    /// w_00 w_01 w_10 w_11, b_0 b_1, then the same for the second layer.
    private(set) var weights = initial

    static let initial = [
        -0.00569693, 0.00186517, 0.00414431, 0.0105101, 0, 0, -0.01312284, -0.01269512, 0.00379152, -0.01218354, 0, 0,
    ]

    private static let regularisation = 1e-3
    private static let rate = 2.0

    /// One iteration; the loss and the accuracy are those of the weights before it.
    mutating func iterate(_ rows: SampleRows) -> (loss: Double, accuracy: Double) {
        let old = weights
        let n = Double(rows.count)
        var sums = [Double](repeating: 0, count: 12)
        var (logprobs, right) = (0.0, 0.0)
        for row in 0..<rows.count {
            let (x1, x2) = (rows.features[2 * row], rows.features[2 * row + 1])
            let isOne = rows.labels[row] == 1
            let (d0, d1, s0, s1) = Self.forward(x1, x2, old)
            let larger = max(s0, s1)
            let (e0, e1) = (Double.exp(s0 - larger), Double.exp(s1 - larger))
            let (p0, p1) = (e0 / (e0 + e1), e1 / (e0 + e1))
            logprobs -= Double.log(isOne ? p1 : p0)
            right += (s1 > s0) == isOne ? 1 : 0
            let (g0, g1) = ((p0 - (isOne ? 0 : 1)) / n, (p1 - (isOne ? 1 : 0)) / n)
            let dhidden0 = d0 <= 0 ? 0 : g0 * old[6] + g1 * old[7]
            let dhidden1 = d1 <= 0 ? 0 : g0 * old[8] + g1 * old[9]
            sums[0] += x1 * dhidden0
            sums[1] += x1 * dhidden1
            sums[2] += x2 * dhidden0
            sums[3] += x2 * dhidden1
            sums[4] += dhidden0
            sums[5] += dhidden1
            sums[6] += d0 * g0
            sums[7] += d0 * g1
            sums[8] += d1 * g0
            sums[9] += d1 * g1
            sums[10] += g0
            sums[11] += g1
        }
        for index in 0..<12 {
            let isBias = index % 6 >= 4
            let gradient = sums[index] + (isBias ? 0 : Self.regularisation * old[index])
            weights[index] = old[index] - Self.rate * gradient
        }
        return (logprobs / n + Self.penalty(old), right / n)
    }

    /// Loss and accuracy of the weights as they are.
    func measure(_ rows: SampleRows) -> (loss: Double, accuracy: Double) {
        var copy = self
        return copy.iterate(rows)
    }

    private static func forward(_ x1: Double, _ x2: Double, _ w: [Double]) -> (Double, Double, Double, Double) {
        let d0 = max(0, x1 * w[0] + x2 * w[2] + w[4])
        let d1 = max(0, x1 * w[1] + x2 * w[3] + w[5])
        return (d0, d1, d0 * w[6] + d1 * w[8] + w[10], d0 * w[7] + d1 * w[9] + w[11])
    }

    /// reg·(½ΣW² + ½ΣW2²)
    private static func penalty(_ w: [Double]) -> Double {
        regularisation * 0.5 * ([0, 1, 2, 3, 6, 7, 8, 9].reduce(0) { $0 + w[$1] * w[$1] })
    }
}
