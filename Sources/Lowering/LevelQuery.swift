import Autodiff
import SQLText

/// The relational plan of a statement: a source and a chain of SELECTs, each over the one inside it.
struct LevelQuery {
    /// What a level does to the rows of the one inside.
    enum Kind: Sendable {
        /// Computes columns row by row.
        case project
        /// Folds all rows into one.
        case aggregate
        /// Adds sums over all rows to every row.
        case window
    }

    /// A column computed by a level.
    struct Column {
        enum Value {
            case node(NodeID)
            /// All in one float8 array.
            case array([NodeID])
            /// A column of the level inside, under a new name.
            case column(String)
            /// A whole number, int8.
            case number(Int)
        }

        let name: String
        let value: Value

        var nodes: [NodeID] {
            switch value {
            case .node(let id): [id]
            case .array(let ids): ids
            case .column, .number: []
            }
        }
    }

    /// A SELECT.
    struct Level {
        let kind: Kind
        let columns: [Column]
        /// How its expressions read what they don't compute.
        let references: [NodeID: Reference]
    }

    let graph: Graph
    /// What stands after the innermost FROM.
    let source: SQL
    var levels: [Level] = []

    /// The columns each level passes on: what levels above it read and it does not compute itself.
    private func passedOn() -> [[String]] {
        var passed: [[String]] = []
        var needed: Set<String> = []
        for level in levels.reversed() {
            let kept = needed.subtracting(level.columns.map(\.name))
            passed.append(kept.sorted(by: naturally))
            let writer = ExpressionWriter(graph: graph, references: level.references, windowed: false)
            needed = kept
            for column in level.columns {
                if case .column(let name) = column.value { needed.insert(name) }
                for id in column.nodes { needed.formUnion(writer.columns(of: id)) }
            }
        }
        return passed.reversed()
    }

    /// Writes the statement and measures it.
    /// - Parameter tail: what follows the outermost level.
    func lower(_ dialect: Dialect, tail: SQL = "") -> (sql: SQL, size: StatementSize) {
        var head = SQL()
        var closing = SQL()
        var widest = 0
        for (index, (level, kept)) in zip(levels, passedOn()).enumerated().reversed() {
            head.append(select(level, kept, dialect))
            widest = max(widest, level.columns.count + kept.count)
            if index > 0 {
                head.append("\nFROM (")
                // Closing brackets come innermost first.
                let fence = index < levels.count - 1 ? dialect.fence.suffix : ""
                closing = ") AS level_\(literal: index)" + fence + closing
                if index == levels.count - 1 { closing = closing + tail }
            }
        }
        head.append("\nFROM ")
        head.append(source)
        if levels.count > 1 { head.append(dialect.fence.suffix) } else { head.append(tail) }
        if levels.count > 1 { head.append("\n") }
        head.append(closing)
        return (head, StatementSize(nesting: levels.count, targetList: widest))
    }

    private func select(_ level: Level, _ kept: [String], _ dialect: Dialect) -> SQL {
        var sql: SQL = "SELECT "
        sql.append(unsafeRaw: kept.joined(separator: ", "))
        let writer = ExpressionWriter(graph: graph, references: level.references, windowed: level.kind == .window)
        for (index, column) in level.columns.enumerated() {
            sql.append(unsafeRaw: index == 0 && kept.isEmpty ? "" : ",\n  ")
            switch column.value {
            case .node(let id): writer.write(id, to: &sql)
            case .array(let ids):
                sql.append("ARRAY[")
                for (position, id) in ids.enumerated() {
                    if position > 0 { sql.append(", ") }
                    writer.write(id, to: &sql)
                }
                sql.append("]::float8[]")
            case .column(let name): sql.append(unsafeRaw: name)
            case .number(let number): sql.append(unsafeRaw: "'\(number)'::int8")
            }
            if case .column(column.name) = column.value { continue }
            sql.append(unsafeRaw: " AS \(column.name)")
        }
        return sql
    }

    /// x2 before x10.
    private func naturally(_ left: String, _ right: String) -> Bool {
        left.count == right.count ? left < right : left.count < right.count
    }
}
