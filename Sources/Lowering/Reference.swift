import SQLText

/// How a level reads a value that it does not compute: from the level inside it or from a placeholder.
enum Reference: Hashable, Sendable {
    /// A column of the level inside.
    case column(String)
    /// An element of an array column of the level inside, from 1.
    case packed(String, Int)
    /// A placeholder.
    case hole(String)
    /// An element of an array placeholder, from 1.
    case holeElement(String, Int)
    /// A number placeholder and an offset: the iterations of a block count on from the first.
    case holePlus(String, Int)
    /// A value of the row that the iteration before left, from outside the levels.
    case outer(SQL)

    /// The column it needs from the level inside.
    var column: String? {
        switch self {
        case .column(let name), .packed(let name, _): name
        case .hole, .holeElement, .holePlus, .outer: nil
        }
    }

    var sql: SQL {
        switch self {
        case .column(let name): SQL(unsafeRaw: name)
        case .packed(let name, let index): SQL(unsafeRaw: "\(name)[\(index)]")
        case .hole(let name): .hole(name, .float8)
        case .holeElement(let name, let index): "(\(hole: name, .float8Array))[\(literal: index)]"
        case .holePlus(let name, 0): .hole(name, .float8)
        case .outer(let sql): sql
        case .holePlus(let name, let offset): "(\(hole: name, .float8) + \(literal: Double(offset)))"
        }
    }
}
