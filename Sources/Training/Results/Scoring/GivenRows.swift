import JSONTree
import Postgres
import SQLText

/// Rows that came as JSON, checked against the features of a run.
struct GivenRows {
    private let run: Run
    private let features: [Feature]
    private let lengths: [Int]
    private let fillsNulls: Bool
    /// Names that a row may have besides: a row of the source has them.
    private var others: Set<String>

    static let maximumRows = 10_000

    init(_ run: Run) throws(TrainingError) {
        self.run = run
        let encodings = try DatasetFacts(of: run).encodings
        features = encodings.map(\.feature)
        lengths = encodings.map(\.columns.count)
        fillsNulls = run.spec["nulls"]?.stringValue == NullPolicy.mean.rawValue
        let given = run.spec["features"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let special = ["weight_column", "split_column"].compactMap { run.spec[$0]?.stringValue }
        others = Set(given + special + [run.label])
    }

    /// Takes rows as the source has them where the run chose its features itself: it leaves out keys, and columns that
    /// are the same in every row to learn from. The source is asked only if a row has a name that is not known.
    mutating func admitColumns(of rows: [JSON], on connection: Connection) async throws {
        guard run.spec["features"]?.arrayValue == nil else { return }
        let known = others.union(features.map(\.name))
        let hasStrangers = rows.contains { row in row.objectValue?.keys.contains { !known.contains($0) } ?? false }
        guard hasStrangers, case .table(let name, where: _) = try DataSource(run.spec["source"]) else { return }
        do {
            others.formUnion(try await SourceTable.find(name, on: connection).columns.map(\.name))
        } catch is TrainingError {
            // The table is gone, and rows with nothing but features are taken all the same.
        }
    }

    /// A relation `given` with a column for each feature, and `id` from 1.
    func relation(_ rows: [JSON]) throws -> SQL {
        let columns = try features.map { "\(try Identifier($0.name)) \(unsafeRaw: $0.givenType)" as SQL }
        return """
            jsonb_array_elements(\(SQLValue.jsonb(try checked(rows).compact))) WITH ORDINALITY AS item (row, id)
            CROSS JOIN LATERAL jsonb_to_record(item.row) AS given (\(columns.commaSeparated))
            """
    }

    private func checked(_ rows: [JSON]) throws(TrainingError) -> JSON {
        guard rows.count <= Self.maximumRows else {
            throw TrainingError(
                .invalidOption,
                "rows has \(rows.count) entries; at most \(Self.maximumRows) are taken",
                field: "rows"
            )
        }
        var all: [JSON] = []
        for (index, row) in rows.enumerated() { all.append(try checked(row, "rows[\(index)]")) }
        return .array(all)
    }

    private func checked(_ row: JSON, _ place: String) throws(TrainingError) -> JSON {
        guard let members = row.objectValue else {
            throw TrainingError(.invalidOption, "\(place) is \(row.kind); it must be an object", field: "rows")
        }
        let names = features.map(\.name)
        for name in members.keys where !names.contains(name) && !others.contains(name) {
            throw TrainingError(
                .unknownOption,
                "\(place) has \"\(name)\", which is no feature of run \(run.id)",
                field: "\(place).\(name)",
                hint: Suggestions.hint(name, among: names) ?? "its features are \(names.joined(separator: ", "))"
            )
        }
        var checked: JSON = [:]
        for (feature, length) in zip(features, lengths) {
            let value = members[feature.name] ?? .null
            guard value != .null || fillsNulls else {
                throw TrainingError(
                    .missingOption,
                    "\(place) has no \"\(feature.name)\"",
                    field: "\(place).\(feature.name)",
                    hint: "run \(run.id) learned from \(names.joined(separator: ", "))"
                )
            }
            checked.set(feature.name, value == .null ? .null : try self.value(value, feature, length, place))
        }
        return checked
    }

    private func value(
        _ value: JSON,
        _ feature: Feature,
        _ length: Int,
        _ place: String
    ) throws(TrainingError) -> JSON {
        let field = "\(place).\(feature.name)"
        func wrong(_ words: String) -> TrainingError {
            TrainingError(.invalidOption, "\(field) must be \(words)", field: field)
        }
        if feature.isCategorical {
            if let text = value.stringValue {
                guard !text.utf8.contains(0) else { throw wrong("text without a NUL character") }
                return value
            }
            if let number = value.intValue { return .string("\(number)") }
            if let flag = value.boolValue { return .string(flag ? "true" : "false") }
            throw wrong("a category: a string, a whole number or a boolean")
        }
        switch feature.kind {
        case .boolean:
            guard value.boolValue != nil else { throw wrong("true or false") }
        case .date, .timestamp, .timestampWithZone, .time, .timeWithZone, .interval:
            guard value.stringValue != nil else { throw wrong("a string with a \(feature.kind.rawValue)") }
        case .array:
            let numbers = value.arrayValue ?? []
            let isWhole = numbers.allSatisfy { Self.isNumber($0) || fillsNulls && $0 == .null }
            guard numbers.count == length, isWhole else {
                throw wrong("an array of \(length) numbers")
            }
        case .integer, .real, .text, .enumeration, .other:
            guard Self.isNumber(value) else { throw wrong("a number of at most \(DatasetFacts.maximumMagnitude)") }
        }
        return value
    }

    private static func isNumber(_ value: JSON) -> Bool {
        value.doubleValue.map { abs($0) <= DatasetFacts.maximumMagnitude } ?? false
    }
}
