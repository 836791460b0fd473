/// The difference of two numbers relative to max(1, |expected|); infinite if only one of them is a finite number.
public func relativeDifference(_ actual: Double, _ expected: Double) -> Double {
    guard actual.isFinite, expected.isFinite else {
        return actual == expected || (actual.isNaN && expected.isNaN) ? 0 : .infinity
    }
    return abs(actual - expected) / max(1, abs(expected))
}

/// The largest relative difference of two lists; infinite if they are not equally long.
public func relativeDifference(_ actual: [Double], _ expected: [Double]) -> Double {
    guard actual.count == expected.count else { return .infinity }
    return zip(actual, expected).reduce(0) { max($0, relativeDifference($1.0, $1.1)) }
}
