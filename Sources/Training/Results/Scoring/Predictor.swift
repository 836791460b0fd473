import JSONTree
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

    /// - Parameter rows: objects with a value for every feature.
    func predict(_ rows: [JSON], on connection: Connection) async throws -> [Prediction] {
        var given = try GivenRows(run)
        try await given.admitColumns(of: rows, on: connection)
        let relation = try given.relation(rows)
        guard !rows.isEmpty else { return [] }
        let scoring = try Scoring(run, parameters)
        let score = try scoring.subquery { "given.\(try Identifier($0.name))" }
        let isClassification = run.classes != nil
        do {
            let result = try await connection.transaction { connection in
                // Compiling the expressions of a wide network takes seconds, and they are used once.
                try await connection.query("SET LOCAL jit = off", name: "configure")
                return try await connection.query(
                    """
                    SELECT score.prediction\(isClassification ? ", score.class" as SQL : "")
                    FROM \(relation) LEFT JOIN LATERAL \(score) AS score ON true ORDER BY item.id
                    """,
                    name: "predict"
                )
            }
            return try result.enumerated().map { try prediction($1, at: $0) }
        } catch let error as PostgresError where ["22007", "22008", "22P02"].contains(error.sqlState) {
            throw TrainingError(
                .invalidOption,
                "a value in rows can't be read: \(error.message)",
                field: "rows",
                sqlState: error.sqlState
            )
        }
    }

    private func prediction(_ row: Row, at index: Int) throws -> Prediction {
        guard let values = try row.decode([Double]?.self, "prediction") else {
            throw TrainingError(
                .invalidOption,
                "rows[\(index)] has a number that is too far from those run \(run.id) learned from",
                field: "rows"
            )
        }
        guard let classes = run.classes else { return .regression(values[0]) }
        let index = Int(try row.get("class") as Double)
        return .classification(
            label: classes[index],
            probabilities: zip(classes, values).map { ClassProbability(label: $0, probability: $1) }
        )
    }
}
