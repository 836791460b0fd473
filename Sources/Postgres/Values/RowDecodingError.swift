/// A column that could not be read as the type the program wants.
public struct RowDecodingError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Problem: Sendable, Equatable {
        case missing(among: [String])
        case ambiguous
        /// PostgreSQL's name of the column's type, and the Swift type that was wanted.
        case type(found: String, wanted: String)
        case null(wanted: String)
        case nullElement(Int)
        case dimensions(Int)
        case outOfRange(String, wanted: String)
        case malformed(found: String)
    }

    /// The column's name.
    public let column: String
    public let problem: Problem

    init(column: String, problem: Problem) {
        self.column = column
        self.problem = problem
    }

    init(column: Rows.Column, wanted: String, _ error: any Error) {
        let found = TypeOID.label(column.typeOID)
        let problem: Problem =
            switch error as? CellProblem {
            case .wrongType, nil: .type(found: found, wanted: wanted)
            case .null: .null(wanted: wanted)
            case .nullElement(let index): .nullElement(index)
            case .dimensions(let count): .dimensions(count)
            case .outOfRange(let what): .outOfRange(what, wanted: wanted)
            case .malformed: .malformed(found: found)
            }
        self.init(column: column.name, problem: problem)
    }

    public var description: String {
        let subject = "the column \"\(column)\""
        return switch problem {
        case .missing(let names): "\(subject) is not in the result, which has \(names.joined(separator: ", "))"
        case .ambiguous: "\(subject) is in the result more than once: read it by position or rename it"
        case .type(let found, let wanted): "\(subject) is \(found), which is not read as \(wanted): cast it"
        case .null(let wanted): "\(subject) is NULL where \(wanted) is wanted: read it as \(wanted)?"
        case .nullElement(let index): "\(subject) has NULL as its element \(index)"
        case .dimensions(let count): "\(subject) is an array of \(count) dimensions; only those of one are read"
        case .outOfRange(let what, let wanted): "\(subject) is \(what), too large for \(wanted)"
        case .malformed(let found): "\(subject) does not hold the bytes of \(found)"
        }
    }
}
