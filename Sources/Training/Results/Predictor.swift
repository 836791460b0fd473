import JSONTree
import Lowering
import Networks
import Postgres
import SQLText

/// What a network says about a row.
public enum Prediction: Sendable, Hashable {
    /// The most probable class and the probability of each, in the order of the classes.
    case classification(label: JSON, probabilities: [ClassProbability])
    case regression(Double)
}

/// How probable a class is.
public struct ClassProbability: Sendable, Hashable {
    /// The class, with the JSON type of its column.
    public let label: JSON
    /// From 0 to 1.
    public let probability: Double
}

/// Predicts in the database, with the same expressions that training used.
struct Predictor {
    let run: Run
    let parameters: Parameters

    static let maximumRows = 10_000

    /// - Parameter rows: objects with a number for every feature.
    func predict(_ rows: [JSON], on connection: Connection) async throws -> [Prediction] {
        let values = try numbers(rows)
        guard !rows.isEmpty else { return [] }
        let request = try TrainingRequest(run.spec)
        // Nothing is iterated.
        let network = request.network(task: run.task, layerSizes: parameters.layerSizes, iterationsPerEpoch: 1)
        let step = try TrainingStep(network)
        let facts = try DatasetFacts(of: run)
        let width = run.features.count
        let columns = (0..<width).map { index -> SQL in
            let value: SQL = "(\(hole: "values", .float8Array))[(id - 1) * \(literal: width) + \(literal: index + 1)]"
            let scaled = Snapshot.standardized(value, mean: facts.means[index], scale: facts.scales[index])
            return "\(scaled) AS \(Identifier(feature: index))"
        }
        let source = RowSource(
            relation: """
                (SELECT id, \(columns.commaSeparated) FROM generate_series(1, \(literal: rows.count)) AS id OFFSET '0') AS input
                """
        )
        let statement = try TrainingPlan.limited { () throws(StatementLimitError) in
            try Lowering(step).prediction(source)
        }
        let positions = Dictionary(uniqueKeysWithValues: zip(step.layout.names, parameters.weights))
        let rendered = statement.sql.render()
        let binds = try rendered.binds { hole in
            hole == "values" ? .float8Array(values) : positions[hole].map(SQLValue.float8)
        }
        let result = try await connection.transaction { connection in
            // Compiling the expressions of a wide network takes seconds, and they are used once.
            try await connection.query("SET LOCAL jit = off", name: "configure")
            // Forgotten after use: the pooled connection goes to others next.
            try await connection.prepare("predict", rendered)
            let result = try await connection.execute(prepared: "predict", binds)
            try await connection.deallocate(prepared: "predict")
            return result
        }
        return try result.map { row in try prediction(row) }
    }

    private func prediction(_ row: Row) throws -> Prediction {
        let values: [Double] = try row.get("prediction")
        guard let classes = run.classes else { return .regression(values[0]) }
        let index = Int(try row.get("class") as Double)
        return .classification(
            label: classes[index],
            probabilities: zip(classes, values).map { ClassProbability(label: $0, probability: $1) }
        )
    }

    /// The features of all rows, row by row.
    private func numbers(_ rows: [JSON]) throws(TrainingError) -> [Double] {
        guard rows.count <= Self.maximumRows else {
            throw TrainingError(
                .invalidOption,
                "rows has \(rows.count) entries; at most \(Self.maximumRows) are taken",
                field: "rows"
            )
        }
        var values: [Double] = []
        values.reserveCapacity(rows.count * run.features.count)
        for (index, row) in rows.enumerated() {
            guard let members = row.objectValue else {
                throw TrainingError(
                    .invalidOption,
                    "rows[\(index)] is \(row.kind); it must be an object",
                    field: "rows"
                )
            }
            for feature in run.features {
                guard let value = members[feature], value != .null else {
                    throw TrainingError(
                        .missingOption,
                        "rows[\(index)] has no \"\(feature)\"",
                        field: "rows[\(index)].\(feature)",
                        hint: "run \(run.id) learned from \(run.features.joined(separator: ", "))"
                    )
                }
                guard let number = value.doubleValue, abs(number) <= DatasetFacts.maximumMagnitude else {
                    throw TrainingError(
                        .invalidOption,
                        "rows[\(index)].\(feature) must be a number of at most \(DatasetFacts.maximumMagnitude)",
                        field: "rows[\(index)].\(feature)"
                    )
                }
                values.append(number)
            }
            for name in members.keys where !run.features.contains(name) && name != run.label {
                throw TrainingError(
                    .unknownOption,
                    "rows[\(index)] has \"\(name)\", which is no feature of run \(run.id)",
                    field: "rows[\(index)].\(name)",
                    hint: Suggestions.hint(name, among: run.features)
                        ?? "its features are \(run.features.joined(separator: ", "))"
                )
            }
        }
        return values
    }
}
