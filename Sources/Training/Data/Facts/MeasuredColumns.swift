import Postgres
import SQLText

/// The numbers among the columns of a source: those of features, element by element, of the label and of the weight.
struct MeasuredColumns {
    private let dataset: Dataset
    /// Expressions, feature by feature; none for categories.
    let features: [[SQL]]

    /// What they come to.
    struct Values: Sendable {
        /// Element by element; empty for categories.
        let features: [[Moments]]
        /// Nil for classes.
        let label: Moments?
        /// Nil if rows have no weights.
        let weight: Moments?
    }

    /// - Parameter arrays: how long the arrays of each feature are.
    init(_ dataset: Dataset, _ arrays: [Int]) {
        self.dataset = dataset
        features = dataset.features.indices.map { index in
            let column = SourceRows.column(index)
            if dataset.features[index].isCategorical { return [] }
            return dataset.features[index].isArray
                ? (0..<arrays[index]).map { "\(column)[\(literal: $0 + 1)]" } : ["\(column)"]
        }
    }

    /// Every expression, and the column it is of.
    var all: [(value: SQL, name: String)] {
        var all: [(value: SQL, name: String)] = []
        for (feature, values) in zip(dataset.features, features) {
            all += values.map { (value: $0, name: feature.name) }
        }
        if dataset.task == .regression { all.append((value: "y", name: dataset.label.name)) }
        if let weight = dataset.weightColumn { all.append((value: "w", name: weight)) }
        return all
    }

    func query(_ request: TrainingRequest) -> MomentsQuery {
        MomentsQuery(values: all.map(\.value), isOrdered: request.isDeterministic)
    }

    /// Whether the range of the column in a place of `all` has to be known.
    func isOpen(_ place: Int, _ moments: Moments) -> Bool {
        moments.isOpen || dataset.weightColumn != nil && place == all.count - 1
    }

    /// Puts what a query of `all` has found back in its places.
    func values(_ found: [Moments]) -> Values {
        var rest = found[...]
        let features = features.map { values in values.compactMap { _ in rest.popFirst() } }
        let label = dataset.task == .regression ? rest.popFirst() : nil
        return Values(features: features, label: label, weight: dataset.weightColumn == nil ? nil : rest.popFirst())
    }

    func measured(
        _ request: TrainingRequest,
        in relation: SQL,
        on connection: Connection
    ) async throws -> Values {
        let query = query(request)
        let found = try await connection.query("SELECT \(query.columns) FROM \(relation)", name: "statistics")
        var moments = try query.read(found[0])
        try await query.settle(&moments, in: relation, where: isOpen, on: connection)
        return values(moments)
    }
}
