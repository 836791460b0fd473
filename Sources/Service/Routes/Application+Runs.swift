import HTTPServer
import HTTPTypes
import JSONTree
import Lowering
import Training

extension Application {
    /// `POST /train`
    func startRun(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        try QueryReader(request).finish()
        let run = try await training.submit(
            try request.json(empty: [:]),
            idempotencyKey: try idempotencyKey(request),
            share: QueueShare(client: request.client, limit: maxQueued)
        )
        var response = HTTPServerResponse.json(RunDocument.json(run), status: .accepted)
        response.headerFields[.location] = "/train/\(run.id)"
        return response
    }

    /// `GET /train`
    func listRuns(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        var query = try QueryReader(request)
        let before = try query.integer("before", 1...Int.max)
        let limit = try query.integer("limit", 1...1000) ?? 20
        let tag = query.string("tag")
        let length = try query.integer("sparkline", 2...500)
        try query.finish()
        return try await request.conditional {
            EntityTag(try await training.versions(before: before, tag: tag, limit: limit))
        } _: {
            let page = try await training.page(before: before, tag: tag, limit: limit)
            var documents = page.runs.map(RunDocument.json)
            if let length {
                let lines = try await training.sparklines(page.runs.map(\.id), length: length)
                for (index, run) in page.runs.enumerated() {
                    documents[index].set("sparkline", .array((lines[run.id] ?? []).map { .finite($0) }))
                }
            }
            let document: JSON = ["runs": .array(documents), "next": .optional(page.next)]
            return (.json(document).linked(request, "before", page.next), EntityTag(page.versions))
        }
    }

    /// `GET /train/{id}`
    func showRun(_ request: HTTPServerRequest, _ id: Int) async throws -> HTTPServerResponse {
        try QueryReader(request).finish()
        return try await request.conditional {
            try await training.version(id).map { EntityTag([$0]) }
        } _: {
            let run = try await training.run(id)
            return (.json(RunDocument.json(run)), EntityTag([run.version]))
        }
    }

    /// `PATCH /train/{id}`
    func editRun(_ request: HTTPServerRequest, _ id: Int) async throws -> HTTPServerResponse {
        try QueryReader(request).finish()
        return .json(RunDocument.json(try await training.edit(id, RunEdit(request.json()))))
    }

    /// `POST /train/{id}/resume`
    func resumeRun(_ request: HTTPServerRequest, _ id: Int) async throws -> HTTPServerResponse {
        try QueryReader(request).finish()
        let run = try await training.resume(
            id,
            Resumption(try request.json(empty: [:])),
            idempotencyKey: try idempotencyKey(request),
            share: QueueShare(client: request.client, limit: maxQueued)
        )
        var response = HTTPServerResponse.json(RunDocument.json(run), status: .accepted)
        response.headerFields[.location] = "/train/\(id)"
        return response
    }

    /// `DELETE /train/{id}`: cancels, or with `?purge=true` deletes the run and everything that belongs to it.
    func cancelRun(_ request: HTTPServerRequest, _ id: Int) async throws -> HTTPServerResponse {
        var query = try QueryReader(request)
        let purge = try query.choice("purge", Truth.self) ?? .false
        try query.finish()
        if purge == .true {
            try await training.delete([id])
            return HTTPServerResponse(status: .noContent)
        }
        let run = try await training.cancel(id)
        // Whoever trains it is told, and stops within its statement; 200 means that it has ended.
        return .json(RunDocument.json(run), status: run.state.isFinal ? .ok : .accepted)
    }

    /// `GET /train/{id}/metrics`
    func listMetrics(_ request: HTTPServerRequest, _ id: Int) async throws -> HTTPServerResponse {
        var query = try QueryReader(request)
        let after = try query.integer("after", 0...Int(Int32.max))
        let limit = try query.integer("limit", 1...10_000) ?? 1000
        let format = try query.format(request)
        let split = try query.choice("split", Split.self)
        let every = try query.integer("every", 1...1_000_000) ?? 1
        try query.finish()
        // One epoch more than is shown tells whether there is a next page.
        let found = try await training.metrics(id, after: after, limit: limit + 1, split: split, every: every)
        let epochs = Set(found.map(\.epoch)).sorted()
        let last = epochs.prefix(limit).last
        let page = found.filter { $0.epoch <= last ?? 0 }
        let next = epochs.count > limit ? last : nil
        let response: HTTPServerResponse =
            switch format {
            case .csv: .text(MetricsDocument.csv(page), .csv)
            case .ndjson: .lines(page.map(MetricsDocument.json))
            case .json:
                .json([
                    "run": .integer(id), "metrics": .array(page.map(MetricsDocument.json)), "next": .optional(next),
                ])
            }
        return response.linked(request, "after", next)
    }

    /// `GET /train/{id}/sql`
    func showStatement(_ request: HTTPServerRequest, _ id: Int) async throws -> HTTPServerResponse {
        var query = try QueryReader(request)
        let shape = try query.choice("shape", StatementShape.self)
        let iterations = try query.integer("iterations", 1...1_000_000)
        if let dialect = query.string("dialect"), dialect != "postgres" { try query.refuse("dialect") }
        if let form = try query.choice("as", ServingForm.self) { return try await showServing(id, form, query) }
        for name in ["name", "epoch", "table", "prefix"] where query.string(name) != nil {
            throw Problem(
                status: .unprocessableContent,
                code: "irrelevant_option",
                detail: "\(name) means nothing to the statement that trains",
                field: name,
                hint: "add as=query, view or function for the statement that predicts"
            )
        }
        try query.finish()
        let text = try await training.statement(id, shape: shape, iterations: iterations)
        return .text(text, .plainText)
    }

    /// The network as SQL that needs nothing of pgradient.
    private func showServing(
        _ id: Int,
        _ form: ServingForm,
        _ query: QueryReader
    ) async throws -> HTTPServerResponse {
        var query = query
        for name in ["shape", "iterations"] where query.string(name) != nil {
            throw Problem(
                status: .unprocessableContent,
                code: "irrelevant_option",
                detail: "\(name) means nothing to the statement that predicts",
                field: name,
                hint: "leave it out, or leave out \"as\" for the statement that trains"
            )
        }
        let order = ServingOrder(
            form,
            name: query.string("name"),
            table: query.string("table"),
            prefix: query.string("prefix") ?? ""
        )
        let epoch = try query.string("epoch").map { text in try EpochChoice(parsing: text) } ?? .chosen
        try query.finish()
        let text = try await training.servingText(id, epoch: epoch, order)
        return .text(text, .plainText)
    }

    private func idempotencyKey(_ request: HTTPServerRequest) throws -> String? {
        guard let name = HTTPField.Name("Idempotency-Key"), let key = request.headerFields[name] else { return nil }
        guard key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw Problem(
                status: .badRequest,
                code: "invalid_option",
                detail: "the Idempotency-Key holds a space or what is no ASCII; visible ASCII characters are taken",
                field: "Idempotency-Key"
            )
        }
        guard (1...255).contains(key.utf8.count) else {
            throw Problem(
                status: .badRequest,
                code: "invalid_option",
                detail: "the Idempotency-Key has \(key.utf8.count) bytes; 1 to 255 are taken",
                field: "Idempotency-Key"
            )
        }
        return key
    }
}

/// A boolean in a query.
enum Truth: String, CaseIterable { case `true`, `false` }

/// How lists can be had.
enum TableFormat: String, CaseIterable {
    case json, csv, ndjson

    var form: MediaType {
        switch self {
        case .json: .json
        case .csv: .csv
        case .ndjson: .ndjson
        }
    }
}

extension QueryReader {
    /// The form that the query asks for, or else the Accept field.
    mutating func format(_ request: HTTPServerRequest) throws -> TableFormat {
        if let named = try choice("format", TableFormat.self) { return named }
        let form = try request.form(among: TableFormat.allCases.map(\.form))
        return TableFormat.allCases.first { $0.form == form } ?? .json
    }
}
