import HTTPServer
import HTTPTypes
import JSONTree
import Training

extension Application {
    /// `GET /train/{id}/events`: metrics as they come, then the run in its final state.
    ///
    /// The number of an event is its epoch, so a client that comes back says with `Last-Event-ID` what it has.
    func streamEvents(_ request: HTTPServerRequest, _ id: Int) async throws -> HTTPServerResponse {
        try QueryReader(request).finish()
        let run = try await training.run(id)
        let format = EventFormat(accept: request.headerFields[.accept])
        var last: Int?
        if let name = HTTPField.Name("Last-Event-ID"), let text = request.headerFields[name] {
            guard let epoch = Int(text), epoch >= 0, epoch <= Int(Int32.max) else {
                throw Problem(
                    status: .badRequest,
                    code: "invalid_option",
                    detail: "Last-Event-ID is \"\(text)\"; it must be an epoch",
                    field: "Last-Event-ID"
                )
            }
            last = epoch
        }
        var fields = HTTPFields()
        fields[.contentType] = format.contentType
        fields[.cacheControl] = "no-store"
        let first = last
        return HTTPServerResponse(
            status: .ok,
            headerFields: fields,
            body: .stream { writer in
                var stream = EventStream(
                    training: training,
                    hub: hub,
                    gate: gate,
                    run: run,
                    after: first,
                    format: format,
                    writer: writer
                )
                try await stream.run()
            }
        )
    }
}
