/// A column of the data, and the inputs that it becomes.
public enum InputColumn: Sendable, Hashable, Codable {
    /// A number, which is one input.
    case number
    /// The index of a category, counted from 0: an input for each, of which one is 1. An index beyond them leaves all at 0.
    case category(count: Int)

    /// How many inputs it becomes.
    public var inputs: Int {
        switch self {
        case .number: 1
        case .category(let count): count
        }
    }
}

extension NetworkSpec {
    /// Columns of the data that hold features.
    public var columnCount: Int { columns?.count ?? layerSizes[0] }

    /// For each column 0, or how many categories it has.
    var categoryCounts: [Int] {
        (columns ?? []).map { column in
            switch column {
            case .number: 0
            case .category(let count): count
            }
        }
    }
}
