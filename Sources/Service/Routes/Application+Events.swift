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
        _ = try await training.run(id)
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
            body: .stream { writer in try await follow(id, after: first, format, writer) }
        )
    }

    private func follow(_ id: Int, after first: Int?, _ format: EventFormat, _ writer: ResponseWriter) async throws {
        // Subscribed before the first look, so that nothing falls between.
        let news = signals.subscribe()
        var last = first
        var quietSince = ContinuousClock.now
        try await writer.write(format.opening)
        var changes = news.makeAsyncIterator()
        while true {
            // Read before the metrics: when it says the run has ended, all metrics are there.
            let run = try await training.run(id)
            var page: [Metric] = []
            var isFull = false
            repeat {
                page = try await training.metrics(id, after: last, limit: 500)
                let epochs = Set(page.map(\.epoch)).count
                for (index, metric) in page.enumerated() {
                    // The number comes with the last split of an epoch: who has the number has all of it.
                    let isLast = index + 1 == page.count || page[index + 1].epoch != metric.epoch
                    let number = isLast ? metric.epoch : nil
                    try await writer.write(format.event("metrics", id: number, MetricsDocument.json(metric)))
                    last = metric.epoch
                    quietSince = .now
                }
                isFull = epochs == 500
            } while isFull
            if run.state.isFinal {
                try await writer.write(format.event("end", id: last, RunDocument.json(run)))
                return
            }
            // Another run's news need no look, but a stream that is silent for long is kept alive.
            waiting: while true {
                // The daemon stops: the stream is cut, so that the client sees that the end is missing.
                guard let signal = await changes.next() else { throw CancellationError() }
                switch signal {
                case .progress(run: id), .cancel(run: id), .queued(run: id), .missed: break waiting
                case .progress, .cancel, .queued: continue
                }
            }
            if ContinuousClock.now - quietSince > Self.heartbeat, let sign = format.heartbeat {
                try await writer.write(sign)
                quietSince = .now
            }
        }
    }

    /// Proxies close streams that say nothing for a minute.
    private static let heartbeat = Duration.seconds(15)
}

/// How events are spelled.
enum EventFormat {
    case serverSentEvents
    case ndjson

    init(accept: String?) {
        let wanted = accept?.lowercased() ?? ""
        self = wanted.contains("application/x-ndjson") ? .ndjson : .serverSentEvents
    }

    var contentType: String {
        switch self {
        case .serverSentEvents: "text/event-stream"
        case .ndjson: "application/x-ndjson"
        }
    }

    /// Tells a browser how soon to come back.
    var opening: [UInt8] {
        switch self {
        case .serverSentEvents: Array("retry: 2000\n\n".utf8)
        case .ndjson: []
        }
    }

    var heartbeat: [UInt8]? {
        switch self {
        case .serverSentEvents: Array(": alive\n\n".utf8)
        case .ndjson: nil
        }
    }

    func event(_ name: String, id: Int?, _ data: JSON) -> [UInt8] {
        switch self {
        case .serverSentEvents:
            let number = id.map { "id: \($0)\n" } ?? ""
            return Array("\(number)event: \(name)\ndata: \(data.compact)\n\n".utf8)
        case .ndjson:
            var line: JSON = ["event": .string(name)]
            for (key, value) in data.objectValue ?? [:] { line.set(key, value) }
            return Array((line.compact + "\n").utf8)
        }
    }
}
