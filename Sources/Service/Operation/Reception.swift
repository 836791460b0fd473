import HTTPServer
import HTTPTypes
import Logging
import Synchronization

/// What every request passes on its way in and out: it gets its name, is counted, and leaves a line in the log.
public struct Reception: Sendable {
    private let door: Door
    private let metrics: ServiceMetrics
    private let logger: Logger

    /// Stands before a door.
    public init(door: Door, metrics: ServiceMetrics, logger: Logger) {
        self.door = door
        self.metrics = metrics
        self.logger = logger
    }

    /// What statistics call a path that leads nowhere.
    private static let noRoute = "none"

    /// Answers a request.
    public func handle(_ request: HTTPServerRequest) async -> HTTPServerResponse {
        let start = ContinuousClock.now
        let found = try? Route.find(request.pathSegments)
        let context = RequestContext(request, run: found?.0.run)
        var response = await RequestContext.$current.withValue(context) { await door.handle(request) }
        let template = found?.1.rawValue ?? Self.noRoute
        metrics.observe(route: template, request.method, response.status, took: .now - start)
        if let name = RequestContext.fieldName { response.headerFields[name] = context.id }
        let visit = Visit(context: context, start: start, request: request, template: template, logger: logger)
        switch response.body {
        case .bytes(let bytes): visit.log(response, bytes: request.isHead ? 0 : bytes.count)
        case .stream where request.isHead: visit.log(response, bytes: 0)
        case .stream(let write):
            visit.logBeginning()
            response.body = .stream { [response] writer in
                try await RequestContext.$current.withValue(context) {
                    let sent = Atomic<Int>(0)
                    // Told when it is over, by whichever side.
                    defer { visit.log(response, bytes: sent.load(ordering: .relaxed)) }
                    try await write(
                        ResponseWriter { bytes in
                            try await writer.write(bytes)
                            sent.wrappingAdd(bytes.count, ordering: .relaxed)
                        }
                    )
                }
            }
        }
        return response
    }
}

/// A request on its way through, for its line in the log.
private struct Visit: Sendable {
    let context: RequestContext
    let start: ContinuousClock.Instant
    let request: HTTPServerRequest
    let template: String
    let logger: Logger

    func logBeginning() { logger.debug("a stream begins", metadata: metadata) }

    func log(_ response: HTTPServerResponse, bytes: Int) {
        var metadata = metadata
        metadata["status"] = "\(response.status.code)"
        metadata["ms"] = "\((ContinuousClock.now - start).inMilliseconds)"
        metadata["bytes"] = "\(bytes)"
        // A run that has just been made is known by its place only.
        if context.run == nil, let place = response.headerFields[.location], place.hasPrefix("/train/") {
            metadata["run"] = "\(place.dropFirst("/train/".count))"
        }
        logger.log(level: level(response.status), "answered", metadata: metadata)
    }

    private var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "request": "\(context.id)", "method": "\(request.method.rawValue)", "route": "\(template)",
            "client": "\(request.remoteAddress)",
        ]
        if let run = context.run { metadata["run"] = "\(run)" }
        return metadata
    }

    /// Who only looks leaves no line in a log of changes, unless something went wrong here.
    private func level(_ status: HTTPResponse.Status) -> Logger.Level {
        if status.kind == .serverError, status != .notImplemented { return .warning }
        return [.get, .head].contains(request.method) ? .debug : .info
    }
}

extension Duration {
    /// For a log line: milliseconds with three digits behind the point.
    fileprivate var inMilliseconds: String {
        let microseconds = Int(self / .microseconds(1))
        let rest = String(microseconds % 1000)
        return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
