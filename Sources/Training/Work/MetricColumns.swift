import SQLText

/// What a statement's `metric` is as people know it: accuracy, or R² where there is anything to explain.
struct MetricColumns {
    let task: TaskKind
    /// Of the labels that were measured on; nil for classes.
    let variance: Double?

    /// - Parameter relation: what has the column `metric`.
    func accuracy(_ relation: SQL) -> SQL { task == .classification ? "\(relation).metric" : "NULL::float8" }

    /// 1 − mean squared error / variance; without variance there is nothing to explain.
    func r2(_ relation: SQL) -> SQL {
        guard task == .regression, let variance, variance > 0 else { return "NULL::float8" }
        return "(\(literal: 1.0) - \(relation).metric / \(literal: variance))"
    }
}
