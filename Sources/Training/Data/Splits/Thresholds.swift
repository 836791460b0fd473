import Postgres
import SQLText

extension SourceRows.Thresholds {
    /// Draws the line for a share that is held out: of every class the rows with the smallest hashes, rounded, but never
    /// all of them. Rows that are equal stay together.
    /// - Returns: the thresholds, and how many rows of each class are held out.
    static func gather(
        _ share: Double,
        _ dataset: Dataset,
        classes: [String],
        on connection: Connection
    ) async throws -> (thresholds: SourceRows.Thresholds, heldOut: [Int]) {
        let rows = SourceRows(dataset, thresholds: nil)
        let isRegression = classes.isEmpty
        let group: SQL = isRegression ? "''" : "y"
        let found = try await connection.query(
            """
            SELECT class, max(hash) FILTER (WHERE place <= wanted) AS threshold, count(*) FILTER (WHERE place <= wanted) AS rows
            FROM (SELECT class, hash, count(*) OVER (PARTITION BY class ORDER BY hash) AS place,
                    least(round(count(*) OVER (PARTITION BY class) * \(share)), count(*) OVER (PARTITION BY class) - 1) AS wanted
                  FROM (SELECT \(group) AS class, \(rows.hash) AS hash FROM \(try rows.relation()) OFFSET '0') AS hashed
                 ) AS placed
            GROUP BY class
            """,
            name: "split rows"
        )
        var byClass: [String: (Int64, Int)] = [:]
        for row in found {
            let threshold = try row.decode(Int64?.self, "threshold") ?? .min
            byClass[try row.get("class")] = (threshold, try row.get("rows"))
        }
        let places = (isRegression ? [""] : classes).map { byClass[$0] ?? (.min, 0) }
        return (.init(classes: classes, hashes: places.map(\.0)), places.map(\.1))
    }
}
