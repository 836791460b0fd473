import Autodiff
import Networks
import SQLText

/// An iteration as a link of a chain inside one statement: it reads the one row that the link before left, known as
/// `t`, and answers with the next. `block` writes the chain out, `recursive` lets the server repeat it.
///
/// The row carries the parameters, each in a column of its own or, in a wide network, all in one array; the solver's
/// state in an array; what the iteration measured; and whether its numbers are sound. An unsound row is the last.
struct Link {
    private let lowering: Lowering
    private let source: RowSource
    /// Whether the parameters travel in an array.
    private let isWide: Bool
    /// What is the same for every row and computed beside `t`, once per iteration.
    private let invariants: [(name: String, value: SQL)]
    /// The levels of the iteration.
    private let iteration: SQL
    private let size: StatementSize

    /// Beyond this many, invariants are written where they are used.
    private static let maximumInvariants = 400
    /// A weight beyond this means that training diverges: its square, summed, would soon leave float8.
    private static let divergence = 1e100

    init(_ lowering: Lowering, _ source: RowSource) {
        self.lowering = lowering
        self.source = source
        isWide = lowering.step.layout.count > Lowering.maximumParameterColumns
        var references = Self.references(lowering, isWide: isWide)
        let nodes = lowering.rowInvariants { [references] in references[$0] != nil }
        let writer = ExpressionWriter(graph: lowering.graph, references: references, windowed: false)
        invariants = (nodes.count > Self.maximumInvariants ? [] : nodes).map { id in
            let name = lowering.names[id] ?? "v\(id.index)"
            var value = SQL()
            writer.write(id, to: &value)
            references[id] = .outer(SQL(unsafeRaw: "t.\(name)"))
            return (name, value)
        }
        let levels = Self.levels(lowering, source, references, isWide: isWide)
        (iteration, size) = levels.lower(lowering.dialect)
    }

    private var names: [String] { lowering.step.layout.names }

    /// The row the first link reads, made from placeholders.
    var first: SQL {
        let weights: SQL = .hole(HoleName.weights, .float8Array)
        var columns: [SQL] = ["'0'::int8 AS k"]
        if isWide {
            columns.append("\(weights) AS weights")
        } else {
            for (index, name) in names.enumerated() {
                columns.append("(\(weights))[\(literal: index + 1)] AS \(unsafeRaw: name)")
            }
        }
        columns.append("\(hole: HoleName.state, .float8Array) AS state")
        columns += ["loss", "metric", "rows"].map { "NULL::float8 AS \(unsafeRaw: $0)" }
        columns.append("true AS sound")
        if source.isBatched {
            columns += [
                "\(hole: HoleName.batch, .int8) AS batch", "\(hole: HoleName.seenLoss, .float8) AS seen_loss",
                "\(hole: HoleName.seenMetric, .float8) AS seen_metric",
                "\(hole: HoleName.seenRows, .float8) AS seen_rows",
            ]
        }
        return "SELECT \(columns.commaSeparated)"
    }

    /// The row that follows the one in `previous`; none if that was unsound, or if `condition` does not hold.
    func next(after previous: SQL, while condition: SQL? = nil) -> (sql: SQL, size: StatementSize) {
        var columns: [SQL] = ["t.k + 1 AS k"]
        columns += (carried + ["state", "loss", "metric", "rows"]).map { "u.\(unsafeRaw: $0)" }
        columns.append("\(sound) AS sound")
        if source.isBatched {
            columns.append("(t.batch + 1) % \(literal: source.batches) AS batch")
            columns += [
                seen("seen_loss", "u.loss * u.rows"), seen("seen_metric", "u.metric * u.rows"),
                seen("seen_rows", "u.rows"),
            ]
        }
        let fence = lowering.dialect.fence.suffix
        let sql: SQL = """
            SELECT \(columns.commaSeparated)
            FROM \(withInvariants(previous)) AS t
            CROSS JOIN LATERAL (
            \(iteration)\(fence)) AS u
            WHERE t.sound\(condition.map { " AND \($0)" as SQL } ?? "")
            """
        var whole = size
        whole.nesting += invariants.isEmpty ? 2 : 3
        whole.targetList = max(size.targetList, columns.count + invariants.count)
        return (sql, whole)
    }

    /// What the statement answers with, from rows of a link.
    /// - Parameter isLast: tells the last row of the statement; needed only where an epoch has several batches.
    func results(from relation: SQL, isLast: SQL) -> SQL {
        let weights: SQL =
            isWide ? "weights" : "ARRAY[\(unsafeRaw: names.joined(separator: ", "))]::float8[] AS weights"
        guard source.isBatched else {
            return "SELECT k AS iteration, \(weights), state, loss, metric, rows FROM \(relation) WHERE k > 0"
        }
        return """
            SELECT k AS iteration, \(weights), state, seen_loss / seen_rows AS loss, seen_metric / seen_rows AS metric,
              seen_rows AS rows, batch, seen_loss, seen_metric
            FROM \(relation) WHERE k > 0 AND (batch = 0 OR sound IS NOT TRUE OR \(isLast))
            """
    }

    /// The row of the link before with the invariants beside it. The fence keeps them from being computed for every row.
    private func withInvariants(_ previous: SQL) -> SQL {
        guard !invariants.isEmpty else { return previous }
        let columns = invariants.map { "\($0.value) AS \(unsafeRaw: $0.name)" as SQL }
        return """
            (SELECT *, \(columns.commaSeparated)
            FROM \(previous) AS t\(lowering.dialect.fence.suffix))
            """
    }

    private var carried: [String] { isWide ? ["weights"] : names }

    /// A number that an epoch adds up: it begins anew with the first batch.
    private func seen(_ name: SQL, _ part: SQL) -> SQL {
        "CASE WHEN t.batch = 0 THEN \(literal: 0.0) ELSE t.\(name) END + \(part) AS \(name)"
    }

    /// Whether the next iteration may go on from a row: neither a NULL nor NaN is below a number. `greatest` passes over
    /// NULLs, but without rows there is no loss either.
    private var sound: SQL {
        let limit = Self.divergence
        let weights: SQL =
            isWide
            ? "\(literal: -limit) < ALL (u.weights) AND \(literal: limit) > ALL (u.weights)"
            : "greatest(\(unsafeRaw: names.map { "abs(u.\($0))" }.joined(separator: ", "))) < \(literal: limit)"
        return "(u.loss < \(literal: Double.infinity) AND \(weights))"
    }

    /// The levels of the iteration, as in shape `step`.
    private static func levels(
        _ lowering: Lowering,
        _ source: RowSource,
        _ references: [NodeID: Reference],
        isWide: Bool
    ) -> LevelQuery {
        let update = lowering.step.update
        let weights = update.parameters.flatMap { lowering.scalars[$0] }
        let columns: [LevelQuery.Column] =
            isWide
            ? [.init(name: "weights", value: .array(weights))]
            : zip(lowering.step.layout.names, weights).map { .init(name: $0, value: .node($1)) }
        return lowering.aggregate(
            source.rows(ofBatch: "t.batch"),
            references: references,
            results: columns + [.init(name: "state", value: .array(update.state.flatMap { lowering.scalars[$0] }))]
        ).query
    }

    /// How the levels read what comes from outside them: data from columns, parameters and state from `t`.
    private static func references(_ lowering: Lowering, isWide: Bool) -> [NodeID: Reference] {
        var references = lowering.dataColumns()
        let names = lowering.step.layout.names
        lowering.forEachParameter { id, index in
            references[id] = .outer(SQL(unsafeRaw: isWide ? "t.weights[\(index + 1)]" : "t.\(names[index])"))
        }
        lowering.forEachState { id, index in references[id] = .outer("t.state[\(literal: index + 1)]") }
        for (slot, hole) in lowering.scalarInputs {
            guard let id = lowering.scalars.node(of: slot, 0) else { continue }
            references[id] = hole == HoleName.iteration ? .outer("(\(hole: hole, .float8) + t.k)") : .hole(hole)
        }
        return references
    }
}
