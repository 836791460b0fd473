import JSONTree
import Training

/// How events are spelled.
enum EventFormat: CaseIterable {
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

    /// Whether a reader that is far behind gets every k-th epoch. Who watches wants to see where the run is now; who
    /// reads lines wants all of them.
    var isThinned: Bool { self == .serverSentEvents }

    /// Tells a browser how soon to come back.
    var opening: [UInt8] {
        switch self {
        case .serverSentEvents: Array("retry: 2000\n\n".utf8)
        case .ndjson: []
        }
    }

    /// What a stream says when there is nothing to say, so that nobody on the way takes it for dead.
    var heartbeat: [UInt8] {
        switch self {
        case .serverSentEvents: Array(": alive\n\n".utf8)
        case .ndjson: Array("{\"event\":\"heartbeat\"}\n".utf8)
        }
    }

    /// - Parameter data: an object, as compact JSON.
    func event(_ name: String, id: Int?, _ data: String) -> [UInt8] {
        switch self {
        case .serverSentEvents:
            let number = id.map { "id: \($0)\n" } ?? ""
            return Array("\(number)event: \(name)\ndata: \(data)\n\n".utf8)
        case .ndjson:
            return Array("{\"event\":\"\(name)\",\(data.dropFirst())\n".utf8)
        }
    }

    /// A line of the history.
    /// - Parameters:
    ///   - isLast: of its epoch. The number comes with the last split, so that who has the number has all of it.
    ///   - skipped: how many epochs were left out before it.
    func event(_ metric: Metric, isLast: Bool, skipped: Int = 0) -> [UInt8] {
        var json = MetricsDocument.json(metric)
        if skipped > 0 { json.set("skipped", .integer(skipped)) }
        return event("metrics", id: isLast ? metric.epoch : nil, json.compact)
    }
}
