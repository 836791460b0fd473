import Postgres

extension Row {
    /// A column as whatever type the context asks for.
    func get<T: RowDecodable>(_ column: String) throws -> T { try decode(T.self, column) }
}
