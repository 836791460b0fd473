import SQLText

/// The rows of a source as every question about them reads them: features as `f1` … `fN` (float8, text or float8[]), the
/// label as `y` (text or float8), the label in its own type as `k`, the weight as `w`, the split as `s`, and whether anything
/// of this is NULL as `incomplete`.
///
/// It is one flat query: the server merges it into whatever stands around it, and evaluates what is asked for only. Where
/// the label need only be there or be told apart, `k` is meant: as text it would be written out for every row.
struct SourceRows: Sendable {
    private let dataset: Dataset
    /// For a share that is held out: up to which hash the rows of each class are, or of all.
    private let thresholds: Thresholds?

    /// Hashes up to which rows are held out, class by class.
    struct Thresholds: Sendable, Hashable {
        /// Empty for a regression.
        let classes: [String]
        let hashes: [Int64]
    }

    init(_ dataset: Dataset, thresholds: Thresholds?) {
        self.dataset = dataset
        self.thresholds = thresholds
    }

    /// A feature's column.
    static func column(_ index: Int) -> Identifier { Identifier("f", number: index + 1) }

    /// What stands after FROM.
    /// - Parameter split: nil for all rows.
    func relation(_ split: Split? = nil) throws -> SQL {
        let all: SQL = "(SELECT *, \(splitColumn) AS s FROM \(try read()) AS read) AS rows"
        guard let split, dataset.holdout != .none else { return all }
        return "(SELECT * FROM \(all) WHERE s = \(literal: split.rawValue)) AS rows"
    }

    /// A number per row by which rows are put into splits: the row's values hashed. Equal rows have equal ones.
    var hash: SQL {
        guard case .share(_, let seed) = dataset.holdout else { return "0::int8" }
        // Another stream than that of the batches.
        var mixed = SplitMix64(state: UInt64(bitPattern: Int64(seed)) ^ 0x5851_f42d_4c95_7f2d)
        let start: SQL = "\(literal: "\(Int64(bitPattern: mixed.next()))")::int8"
        var hash: SQL =
            dataset.task == .classification ? "hashtextextended(y, \(start))" : "hashfloat8extended(y, \(start))"
        for (index, feature) in dataset.features.enumerated() {
            let value = Self.column(index)
            hash =
                feature.isCategorical
                ? "hashtextextended(coalesce(\(value), ''), \(hash))"
                : feature.isArray
                    ? "hash_array_extended(coalesce(\(value), '{}'), \(hash))"
                    : "hashfloat8extended(coalesce(\(value), 'NaN'), \(hash))"
        }
        return hash
    }

    private var splitColumn: SQL {
        switch dataset.holdout {
        case .none: return "'train'"
        case .column: return "split"
        case .share:
            guard let thresholds else { return "'train'" }
            let place: SQL =
                thresholds.classes.isEmpty ? "1" : "array_position(\(SQLValue.textArray(thresholds.classes)), y)"
            return """
                CASE WHEN \(hash) <= (\(SQLValue.int8Array(thresholds.hashes)))[\(place)] THEN 'validation' ELSE 'train' END
                """
        }
    }

    private func read() throws -> SQL {
        var columns: [SQL] = []
        for (index, feature) in dataset.features.enumerated() {
            columns.append("\(feature.value(of: "\(try Identifier(feature.name))")) AS \(Self.column(index))")
        }
        let label = try Identifier(dataset.label.name)
        switch dataset.task {
        case .classification: columns += ["\(Feature.text("\(label)")) AS y", "\(label) AS k"]
        case .regression: columns += ["\(label)::float8 AS y", "\(label) AS k"]
        }
        if let weight = dataset.weightColumn { columns.append("\(try Identifier(weight))::float8 AS w") }
        if case .column(let name, let kind) = dataset.holdout {
            columns.append("\(Holdout.split(by: "\(try Identifier(name))", kind)) AS split")
        }
        columns.append("\(try incomplete()) AS incomplete")
        return "(SELECT \(columns.commaSeparated) FROM \(dataset.relation)\(try condition()))"
    }

    /// The columns of the table whose NULLs matter, which are read faster than what is made of them.
    private func absences() throws -> (features: [SQL], others: [SQL]) {
        let others = [dataset.label.name] + (dataset.weightColumn.map { [$0] } ?? [])
        return (
            try dataset.features.map { $0.isAbsent("\(try Identifier($0.name))") },
            try others.map { "\(try Identifier($0)) IS NULL" }
        )
    }

    private func incomplete() throws -> SQL {
        let (features, others) = try absences()
        return switch dataset.nulls {
        case .error: "(\((features + others).joined(by: " OR ")))"
        case .mean: "(\(features.joined(by: " OR ")))"
        case .skip: "false"
        }
    }

    /// Leaves out what the policy leaves out, and rows that count nothing.
    private func condition() throws -> SQL {
        let (features, others) = try absences()
        let refused: [SQL] =
            switch dataset.nulls {
            case .error: []
            case .mean: others
            case .skip: features + others
            }
        var conditions = refused.map { "NOT (\($0))" as SQL }
        if let weight = dataset.weightColumn { conditions.append("\(try Identifier(weight)) IS DISTINCT FROM 0") }
        return conditions.isEmpty ? "" : " WHERE \(conditions.joined(by: " AND "))"
    }
}
