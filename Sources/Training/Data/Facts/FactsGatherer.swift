import Postgres
import SQLText

/// Reads the rows of a source for what training needs to know, refusing what can't be trained on.
struct FactsGatherer {
    private let request: TrainingRequest
    private let connection: Connection
    private var dataset: Dataset
    private var notices: [String]
    private let carried: [FeatureEncoding]?

    /// - Parameter carried: how another run encodes features, to be kept to.
    init(
        _ request: TrainingRequest,
        _ dataset: Dataset,
        carrying carried: [FeatureEncoding]? = nil,
        on connection: Connection
    ) {
        self.request = request
        self.dataset = carried.map { dataset.reading($0) } ?? dataset
        self.carried = carried
        self.connection = connection
        notices = dataset.notices
    }

    /// - Throws: `TrainingError`: no rows, NULLs (which column, how many), not finite, too large, wrong classes, nothing
    ///   that varies.
    mutating func gather() async throws -> (facts: DatasetFacts, dataset: Dataset) {
        let arrays = try await ArrayLengths.gather(dataset, on: connection)
        let overview = try await RowOverview.gather(dataset, request, arrays, on: connection)
        var (classes, categories) = try await classesAndCategories()
        let thresholds = try await thresholds(&classes)
        let rows = SourceRows(dataset, thresholds: thresholds)
        var learned = overview.table
        var counts = [Split.train: overview.rows]
        var validationVariance: Double?
        if dataset.holdout != .none {
            counts = try await splitCounts(rows)
            let table = MeasuredColumns(dataset, arrays)
            learned = try await table.measured(request, in: rows.relation(.train), on: connection)
            validationVariance = try await labelVariance(rows.relation(.validation))
        }
        guard let count = counts[.train], count > 0 else {
            throw TrainingError(
                .emptyTable,
                "\(dataset.title) has no rows in the training split",
                field: "split_column"
            )
        }
        if request.earlyStopping, counts[.validation, default: 0] == 0 {
            throw TrainingError(
                .emptyTable,
                "early_stopping needs rows for validation, and \(dataset.title) has none",
                field: "early_stopping",
                hint: "use more rows, a larger validation_fraction, or a split_column that has some"
            )
        }
        let encodings: [FeatureEncoding]
        if let carried {
            encodings = carried
        } else {
            if categories == nil {
                categories = try await CategoryCounts.gather(categoricalColumns, of: rows, on: connection)
            }
            encodings = try self.encodings(learned, overview, categories ?? [])
        }
        let facts = DatasetFacts(
            rows: count,
            validationRows: counts[.validation] ?? 0,
            encodings: encodings,
            classes: classes?.names ?? [],
            classCounts: classes?.counts ?? [],
            classWeights: try request.classWeights.flatMap { weights throws(TrainingError) in
                try classes.map { found throws(TrainingError) in
                    try weights.weights(found.names, counts: found.counts)
                }
            },
            labelVariance: learned.label?.variance,
            validationVariance: validationVariance,
            thresholds: thresholds,
            notices: notices
        )
        return (facts, dataset.reading(encodings))
    }

    /// The classes of a classification, and with them the categories where one pass can count both. A share of each class is
    /// held out only once these are known.
    private func classesAndCategories() async throws -> (ClassCounts?, [CategoryCounts]?) {
        guard dataset.task == .classification else { return (nil, nil) }
        let rows = SourceRows(dataset, thresholds: nil)
        let columns = categoricalColumns
        if carried == nil, !dataset.holdout.isShare, !columns.isEmpty, let label = ClassCounts.column(dataset),
            var counts = try await CategoryCounts.together(columns, and: label, of: rows, on: connection)
        {
            return (try ClassCounts(counts.removeLast(), of: dataset), counts)
        }
        return (try await .gather(dataset, rows, on: connection), nil)
    }

    private var categoricalColumns: [CategoryCounts.Column] {
        dataset.features.enumerated().filter { $1.isCategorical }.map { index, feature in
            .init(key: SourceRows.column(index), maximum: feature.maximumCategories)
        }
    }

    private func thresholds(_ classes: inout ClassCounts?) async throws -> SourceRows.Thresholds? {
        guard case .share(let share, _) = dataset.holdout else { return nil }
        let names = classes?.names ?? []
        let (thresholds, heldOut) = try await SourceRows.Thresholds.gather(
            share,
            dataset,
            classes: names,
            on: connection
        )
        if let found = classes { classes?.counts = zip(found.counts, heldOut).map { $0 - $1 } }
        return thresholds
    }

    private func splitCounts(_ rows: SourceRows) async throws -> [Split: Int] {
        let found = try await connection.query(
            "SELECT s, count(*) AS rows FROM \(try rows.relation()) GROUP BY s",
            name: "rows of splits"
        )
        var counts: [Split: Int] = [:]
        for row in found {
            if let split = Split(rawValue: try row.get("s")) { counts[split] = try row.get("rows") }
        }
        return counts
    }

    private func labelVariance(_ relation: SQL) async throws -> Double? {
        guard dataset.task == .regression else { return nil }
        let query = MomentsQuery(values: ["y"], isOrdered: request.isDeterministic)
        let found = try await connection.query("SELECT \(query.columns) FROM \(relation)", name: "label statistics")
        var moments = try query.read(found[0])
        try await query.settle(&moments, in: relation, where: { $1.isOpen }, on: connection)
        return moments[0].variance
    }

    private mutating func encodings(
        _ learned: MeasuredColumns.Values,
        _ overview: RowOverview,
        _ counts: [CategoryCounts]
    ) throws -> [FeatureEncoding] {
        var categories = counts[...]
        var encodings: [FeatureEncoding] = []
        var dropped: [String] = []
        for (index, feature) in dataset.features.enumerated() {
            if feature.isCategorical {
                let counts = categories.removeFirst()
                let hasMissing = dataset.nulls == .mean && overview.nulls[index] > 0
                if let content = category(feature, counts, rows: overview.rows, hasMissing: hasMissing) {
                    encodings.append(FeatureEncoding(feature: feature, content: content))
                } else if counts.distinct < 2 {
                    dropped.append(feature.name)
                }
                continue
            }
            let elements = learned.features[index]
            guard elements.contains(where: { !$0.isConstant }) else {
                dropped.append(feature.name)
                continue
            }
            let scalings = elements.map(scaling)
            encodings.append(
                FeatureEncoding(feature: feature, content: feature.isArray ? .array(scalings) : .number(scalings[0]))
            )
        }
        for name in dropped { notices.append("\"\(name)\" is left out: it is the same in every row to train on") }
        guard !encodings.isEmpty else {
            throw TrainingError(
                .unsupportedColumn,
                "no feature of \(dataset.title) can be learned from: \(notices.joined(separator: "; "))",
                field: "features",
                hint: "choose columns whose values differ"
            )
        }
        return encodings
    }

    private func scaling(_ moments: Moments) -> FeatureEncoding.Scaling {
        let deviation = moments.variance.squareRoot()
        return FeatureEncoding.Scaling(
            mean: request.standardize ? moments.mean : 0,
            // An element that is the same in every row becomes 0 whatever divides it.
            scale: request.standardize && deviation > 0 ? deviation : 1,
            fill: dataset.nulls == .mean ? moments.mean : nil
        )
    }

    /// - Returns: nil if there is nothing to tell rows apart by, or nothing but that.
    private mutating func category(
        _ feature: Feature,
        _ counts: CategoryCounts,
        rows: Int,
        hasMissing: Bool
    ) -> FeatureEncoding.Content? {
        let hasOther = counts.others > 0 || hasMissing
        guard counts.names.count + (hasOther ? 1 : 0) > 1 else { return nil }
        let isIdentifier = counts.distinct > Feature.defaultCategories && 2 * counts.distinct > rows
        if feature.isGuessed, isIdentifier {
            notices.append(
                "\"\(feature.name)\" is left out: \(counts.distinct) distinct values in \(rows) rows tell rows apart "
                    + "and little else; name it in features to learn from it"
            )
            return nil
        }
        if counts.others > 0 {
            notices.append(
                "\"\(feature.name)\": of \(counts.distinct) categories the \(counts.names.count) most frequent have an "
                    + "input each; the others, \(counts.others) rows, share one"
            )
        }
        return .category(counts.names, hasOther: hasOther)
    }
}
