import HTTPServer
import Training

extension Application {
    /// `GET /tables`
    func listTables(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        var query = try QueryReader(request)
        let after = query.string("after")
        let search = query.string("search")
        let limit = try query.integer("limit", 1...1000) ?? 100
        try query.finish()
        let (tables, next) = try await training.tables(after: after, search: search, limit: limit)
        return .json(TablesDocument.json(tables, next: next)).linked(request, "after", next)
    }
}
