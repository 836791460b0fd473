import Autodiff
import SQLText

/// Spells a scalar node as SQL, down to the values that are columns or placeholders.
struct ExpressionWriter {
    let graph: Graph
    let references: [NodeID: Reference]
    /// Whether sums are window functions.
    let windowed: Bool

    private enum Piece {
        case text(String)
        case node(NodeID)
    }

    /// Appends the expression of a node. Works through an explicit stack: a sum over a wide layer is as deep as the
    /// layer is wide.
    func write(_ root: NodeID, to sql: inout SQL) {
        var stack: [Piece] = [.node(root)]
        while let piece = stack.popLast() {
            switch piece {
            case .text(let text): sql.append(unsafeRaw: text)
            case .node(let id):
                if let reference = references[id] {
                    sql.append(reference.sql)
                } else {
                    stack.append(contentsOf: pieces(id).reversed())
                }
            }
        }
    }

    /// The columns that an expression reads.
    func columns(of root: NodeID) -> Set<String> {
        var found: Set<String> = []
        var seen: Set<NodeID> = []
        var stack = [root]
        while let id = stack.popLast() {
            if let reference = references[id] {
                if let column = reference.column { found.insert(column) }
            } else if seen.insert(id).inserted {
                stack.append(contentsOf: graph[id].operands)
            }
        }
        return found
    }

    private func pieces(_ id: NodeID) -> [Piece] {
        let node = graph[id]
        let x = node.operands.map(Piece.node)
        switch node.op {
        case .constant(let value): return [.text(SQL.literal(value))]
        case .negate: return [.text("(- "), x[0], .text(")")]
        case .add: return [.text("("), x[0], .text(" + "), x[1], .text(")")]
        case .subtract: return [.text("("), x[0], .text(" - "), x[1], .text(")")]
        case .multiply: return [.text("("), x[0], .text(" * "), x[1], .text(")")]
        case .divide: return [.text("("), x[0], .text(" / "), x[1], .text(")")]
        case .exp: return [.text("exp(greatest("), x[0], .text(", \(SQL.literal(-100.0))))")]
        case .log: return [.text("ln("), x[0], .text(")")]
        case .sqrt: return [.text("sqrt("), x[0], .text(")")]
        case .tanh: return [.text("tanh("), x[0], .text(")")]
        case .abs: return [.text("abs("), x[0], .text(")")]
        case .cosine: return [.text("cos("), x[0], .text(")")]
        case .floor: return [.text("floor("), x[0], .text(")")]
        case .logistic:
            return [
                .text("(\(SQL.literal(1.0)) / (\(SQL.literal(1.0)) + exp(greatest(least(- "), x[0],
                .text(", \(SQL.literal(100.0))), \(SQL.literal(-100.0))))))"),
            ]
        case .maximum: return [.text("greatest("), x[0], .text(", "), x[1], .text(")")]
        case .selectLess: return choice(x, " < ")
        case .selectEqual: return choice(x, " = ")
        case .count: return [.text("count(*)\(over)::float8")]
        case .sumRows: return [.text("sum("), x[0], .text(")\(over)")]
        case .input, .element:
            preconditionFailure("the statement has no column or placeholder for \(node.op)")
        case .softplus, .detach, .matmul, .transpose, .outer, .sumUnits, .maximumUnits, .argmaxUnits, .pick, .oneHot,
            .indicators:
            preconditionFailure("\(node.op) does not occur in a scalar graph")
        }
    }

    private var over: String { windowed ? " OVER ()" : "" }

    private func choice(_ x: [Piece], _ comparison: String) -> [Piece] {
        [
            .text("CASE WHEN "), x[0], .text(comparison), x[1], .text(" THEN "), x[2], .text(" ELSE "), x[3],
            .text(" END"),
        ]
    }
}

extension Op {
    /// What PostgreSQL takes to evaluate the operation once, in nanoseconds, measured; only ratios matter.
    var cost: Double {
        switch self {
        case .constant, .input, .element, .count, .detach: 2
        case .add, .subtract, .multiply, .negate, .abs: 8
        case .divide, .selectEqual, .selectLess: 10
        case .maximum: 14
        case .sqrt: 12
        case .exp: 40
        case .cosine: 40
        case .floor: 10
        case .log, .tanh: 40
        case .logistic, .softplus: 80
        case .sumRows, .matmul, .transpose, .outer, .sumUnits, .maximumUnits, .argmaxUnits, .pick, .oneHot,
            .indicators:
            10
        }
    }
}
