/// One side of a comparison: a number for each round.
struct Series: Sendable {
    enum Unit: String, Sendable {
        case milliseconds = "ms"
        case nanoseconds = "ns"
        case megabytes = "MB"
    }

    /// What was measured, for a person.
    let label: String
    let unit: Unit
    var values: [Double]

    init(_ label: String, _ unit: Unit, _ values: [Double] = []) {
        self.label = label
        self.unit = unit
        self.values = values
    }

    var median: Double { Statistics.median(values) }

    var text: String { Self.text(median, unit) }

    static func text(_ value: Double, _ unit: Unit) -> String {
        switch unit {
        case .milliseconds where value >= 1000: Statistics.text(value / 1000, digits: 2) + " s"
        case .milliseconds where value < 10: Statistics.text(value, digits: 2) + " ms"
        default: Statistics.text(value) + " " + unit.rawValue
        }
    }
}
