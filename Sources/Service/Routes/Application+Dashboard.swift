import Dashboard
import HTTPServer
import HTTPTypes

extension Application {
    /// `GET /`
    func showDashboard(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        try QueryReader(request).finish()
        let tag = EntityTag(text: Dashboard.page.fingerprint)
        var response = try await request.conditional({ tag }, { (DashboardDocument.response, tag) })
        // A browser puts the fields of a 304 over those it has: without the policy the page would be bound by the one that
        // all other answers have, and not run at all.
        response.headerFields[.contentSecurityPolicy] = Dashboard.page.securityPolicy
        return response
    }
}

/// The page as an answer. There is nothing of a run or a person in it, so it needs no token: it asks for one itself.
enum DashboardDocument {
    static var response: HTTPServerResponse {
        var fields = HTTPFields()
        fields[.contentType] = MediaType.html.contentType
        fields[.cacheControl] = "no-cache"
        fields[.contentSecurityPolicy] = Dashboard.page.securityPolicy
        fields[.xContentTypeOptions] = "nosniff"
        for (name, value) in [("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin")] {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return HTTPServerResponse(status: .ok, headerFields: fields, body: .bytes(Dashboard.page.body))
    }
}
