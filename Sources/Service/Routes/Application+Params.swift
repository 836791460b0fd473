import HTTPServer
import JSONTree
import Networks
import Training

extension Application {
    /// `GET /params`
    func showParams(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        var query = try QueryReader(request)
        let run = try query.integer("run", 1...Int.max)
        let epoch = query.string("epoch")
        let from = try query.integer("from", 0...Int(Int32.max))
        let to = try query.integer("to", 0...Int(Int32.max))
        let limit = try query.integer("limit", 1...1000)
        let format = try query.format(request)
        try query.finish()
        guard from != nil || to != nil else {
            if limit != nil { throw Self.irrelevant("limit", "one epoch is no list; add from or to for a history") }
            return try await epochParams(request, run, try EpochChoice(parsing: epoch ?? "last"), format)
        }
        if epoch != nil { throw exclusive("epoch", "from and to") }
        let (first, last) = (from ?? 0, to ?? Int(Int32.max))
        guard first <= last else {
            throw Problem(
                status: .unprocessableContent,
                code: "invalid_option",
                detail: "from is \(first), after to, which is \(last)",
                field: "from"
            )
        }
        return try await history(request, run, first...last, limit: limit ?? 100, format)
    }

    private func epochParams(
        _ request: HTTPServerRequest,
        _ run: Int?,
        _ epoch: EpochChoice,
        _ format: TableFormat
    ) async throws -> HTTPServerResponse {
        try await request.conditional {
            try await training.parametersVersion(run, epoch).map { EntityTag([$0], format.form) }
        } _: {
            let parameters = try await training.parameters(run, epoch)
            let response: HTTPServerResponse =
                switch format {
                case .json: .json(ParamsDocument.json(parameters))
                case .csv: .text(ParamsDocument.csv([parameters]), .csv)
                case .ndjson: .lines([ParamsDocument.entry(parameters)])
                }
            return (response, EntityTag([parameters.version], format.form))
        }
    }

    private func history(
        _ request: HTTPServerRequest,
        _ run: Int?,
        _ epochs: ClosedRange<Int>,
        limit: Int,
        _ format: TableFormat
    ) async throws -> HTTPServerResponse {
        let asked = try await training.run(run)
        let width = asked.layerSizes.map { ParameterLayout(layerSizes: $0).count } ?? 1
        let limit = min(limit, max(1, Self.maximumNumbers / width))
        return try await request.conditional {
            let versions = try await training.historyVersions(asked.id, epochs, limit: limit + 1)
            return EntityTag(versions, format.form)
        } _: {
            let (found, entries) = try await training.history(asked.id, epochs, limit: limit + 1)
            let page = Array(entries.prefix(limit))
            // The cursor is the `from` of the next page.
            let next = entries.count > limit ? entries[limit].epoch : nil
            let response: HTTPServerResponse =
                switch format {
                case .csv: .text(ParamsDocument.csv(page), .csv)
                case .ndjson: .lines(page.map(ParamsDocument.entry))
                case .json:
                    .json([
                        "run": .integer(found.id), "history": .array(page.map(ParamsDocument.entry)),
                        "next": .optional(next),
                    ])
                }
            return (response.linked(request, "from", next), EntityTag(entries.map(\.version), format.form))
        }
    }

    /// Keeps a page of a wide network's history within a few megabytes.
    private static let maximumNumbers = 200_000

    /// `POST /predict`
    func predict(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        try QueryReader(request).finish()
        let body = try request.json()
        guard let members = body.objectValue else {
            throw invalid("the body is \(body.kind); it must be an object with \"rows\"", field: nil)
        }
        for name in members.keys where !["run", "epoch", "rows"].contains(name) {
            throw Problem(
                status: .unprocessableContent,
                code: "unknown_option",
                detail: "the option \"\(name)\" is not known",
                field: name,
                hint: "known: run, epoch, rows"
            )
        }
        var run: Int?
        if let value = members["run"], value != .null {
            guard let id = value.intValue, id > 0 else { throw invalid("run must be a run's number", field: "run") }
            run = id
        }
        var epoch = EpochChoice.chosen
        if let value = members["epoch"], value != .null {
            epoch = try EpochChoice(parsing: value.stringValue ?? value.compact)
        }
        guard let rows = members["rows"]?.arrayValue else {
            throw invalid("rows is missing or no array; it holds an object per row", field: "rows")
        }
        let (parameters, predictions) = try await training.predict(run, epoch: epoch, rows: rows)
        return .json(PredictionsDocument.json(parameters, predictions))
    }

    private func invalid(_ detail: String, field: String?) -> Problem {
        Problem(status: .unprocessableContent, code: "invalid_option", detail: detail, field: field)
    }

    private func exclusive(_ name: String, _ others: String) -> Problem {
        Self.irrelevant(name, "\(name) and \(others) exclude each other")
    }

    private static func irrelevant(_ name: String, _ detail: String) -> Problem {
        Problem(status: .unprocessableContent, code: "irrelevant_option", detail: detail, field: name)
    }
}
