import Migrations
import Postgres

extension TrainingService {
    /// How many runs there are in each state, states without any included.
    public func census() async throws -> [(state: Run.State, count: Int)] {
        let counts = try await pool.withConnection { connection in
            let found = try await connection.query(
                "SELECT state, count(*) AS runs FROM pgradient.runs GROUP BY state",
                name: "count runs",
                timeout: .seconds(5)
            )
            return try found.map { (try $0.decode(String.self, "state"), try $0.decode(Int.self, "runs")) }
        }
        let byName = Dictionary(counts, uniquingKeysWith: { first, _ in first })
        return Run.State.allCases.map { ($0, byName[$0.rawValue] ?? 0) }
    }

    /// Why this program can't work with the schema as it is, and what to do; nil if it can.
    public func schemaFault() async throws -> (detail: String, hint: String)? {
        let migrator = try Migrator(migrations: Migrations.all())
        do {
            let pending = try await pool.withConnection { try await migrator.status(on: $0) }.pending.map(\.fileName)
            if pending.isEmpty { return nil }
            return (
                "not applied yet: \(pending.joined(separator: ", "))",
                "run `pgradient migrate`, or start the daemon anew"
            )
        } catch let error as MigrationError {
            return ("\(error)", "run the version of pgradient that the schema belongs to")
        }
    }
}
