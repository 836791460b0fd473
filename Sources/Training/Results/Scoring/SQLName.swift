import Postgres
import SQLText

/// A name of something in a schema as a person writes it in SQL: `t`, `schema.t`, `"Odd Name"`.
enum SQLName {
    /// PostgreSQL takes it apart, so that case and quotes mean what they mean in SQL.
    /// - Throws: `TrainingError` for what is no name, or one of more than two parts.
    static func parse(_ text: String, field: String, on connection: Connection) async throws -> QualifiedName {
        func wrong(_ why: String) -> TrainingError {
            TrainingError(
                .invalidOption,
                "\(field) is \"\(text)\": \(why)",
                field: field,
                hint: "write name or schema.name, with odd names in double quotes"
            )
        }
        guard !text.utf8.contains(0) else { throw wrong("it contains a NUL character") }
        let parts: [String]
        do {
            parts = try await connection.query("SELECT parse_ident(\(text)) AS parts", name: "parse name")[0].get(
                "parts"
            )
        } catch let error as PostgresError where error.sqlState == "22023" {
            throw wrong("that is no name in SQL")
        }
        guard parts.count <= 2 else { throw wrong("it has \(parts.count) parts") }
        do {
            let names = try parts.map { try Identifier($0) }
            return QualifiedName(schema: names.count == 2 ? names[0] : nil, name: names[names.count - 1])
        } catch {
            throw wrong("\(error)")
        }
    }
}
