import Postgres
import SQLText

/// How long the arrays of each feature are: as long in every row, or the feature is refused.
enum ArrayLengths {
    /// - Returns: a length for every feature, 0 where it is no array.
    /// - Throws: `TrainingError` naming the column and the lengths found.
    static func gather(_ dataset: Dataset, on connection: Connection) async throws -> [Int] {
        let columns = try dataset.features.filter(\.isArray).map { try Identifier($0.name) }
        guard !columns.isEmpty else { return dataset.features.map { _ in 0 } }
        func array(_ value: (Identifier) -> SQL) -> SQL { "ARRAY[\(columns.map(value).commaSeparated)]::int8[]" }
        let found = try await connection.query(
            """
            SELECT \(array { "coalesce(min(cardinality(\($0))), 0)" }) AS shortest,
                   \(array { "coalesce(max(cardinality(\($0))), 0)" }) AS longest,
                   \(array { "coalesce(max(array_ndims(\($0))), 1)" }) AS dimensions,
                   \(array { "count(*) FILTER (WHERE array_lower(\($0), 1) <> 1)" }) AS shifted
            FROM \(dataset.relation)
            """,
            name: "array lengths"
        )
        let row = found[0]
        let (shortest, longest): ([Int], [Int]) = (try row.get("shortest"), try row.get("longest"))
        let (dimensions, shifted): ([Int], [Int]) = (try row.get("dimensions"), try row.get("shifted"))
        var lengths: [Int] = []
        var place = 0
        for feature in dataset.features {
            guard feature.isArray else {
                lengths.append(0)
                continue
            }
            let name = "the column \"\(feature.name)\" of \(dataset.title)"
            guard dimensions[place] == 1, shifted[place] == 0 else {
                throw refusal("\(name) has arrays of several dimensions, or whose first element is not number 1")
            }
            guard shortest[place] == longest[place], longest[place] > 0 else {
                throw refusal("\(name) has arrays of \(shortest[place]) to \(longest[place]) elements")
            }
            lengths.append(longest[place])
            place += 1
        }
        return lengths
    }

    private static func refusal(_ what: String) -> TrainingError {
        TrainingError(
            .unsupportedColumn,
            "\(what); as a feature all must have one length",
            field: "features",
            hint: "leave it out, or train on a view in which they do"
        )
    }
}
