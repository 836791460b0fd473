/// How often a value fell below each of some bounds, and what all values add up to.
struct Histogram: Sendable {
    /// Upper bounds in ascending order; what is above the last is counted too.
    let bounds: [Double]
    /// By bucket, not added up; one more than there are bounds.
    private var counts: [Int]
    private(set) var sum = 0.0
    private(set) var count = 0

    init(_ bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    mutating func observe(_ value: Double, times: Int = 1) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        counts[bucket] += times
        sum += value * Double(times)
        count += times
    }

    /// How many values are at most a bound, for each bound.
    var cumulative: [(bound: Double, count: Int)] {
        var total = 0
        return zip(bounds, counts).map { bound, count in
            total += count
            return (bound, total)
        }
    }
}
