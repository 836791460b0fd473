import Foundation

enum Statistics {
    /// The middle of the sorted values, or the mean of the two in the middle; NaN of none.
    static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    static func text(_ value: Double, digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }
}
