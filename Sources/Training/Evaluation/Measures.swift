import JSONTree
import Postgres

/// How good predictions are, by the task.
public enum Measures: Sendable, Hashable {
    case classification(ClassificationMeasures)
    case regression(RegressionMeasures)

    /// How many rows were measured on.
    public var rows: Int {
        switch self {
        case .classification(let measures): measures.rows
        case .regression(let measures): measures.rows
        }
    }
}

extension Row {
    /// A jsonb column as a tree. PostgreSQL writes a float8 with as many digits as bring its bits back.
    func tree(_ column: String) throws -> JSON { try JSON(parsing: decode(String.self, column).utf8) }
}

extension JSON {
    /// A member that is a whole number.
    func count(_ key: String) -> Int { self[key]?.intValue ?? 0 }

    /// A member that is a number, or null where there is none to give.
    func number(_ key: String) -> Double? { self[key]?.doubleValue }
}
