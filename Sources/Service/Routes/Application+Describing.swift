import HTTPServer
import Training

extension Application {
    /// `GET /describe`
    func describeTable(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        var query = try QueryReader(request)
        let table = query.string("table")
        let label = query.string("label")
        try query.finish()
        guard let table else {
            throw Problem(
                status: .unprocessableContent,
                code: "missing_option",
                detail: "table is missing: the name of a table or view",
                field: "table",
                hint: "/describe?table=public.customers"
            )
        }
        return .json(DescriptionDocument.json(try await training.describe(table, label: label)))
    }
}
