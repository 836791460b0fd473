import HTTPTypes

/// The resources there are.
enum Route: Hashable {
    case dashboard
    case runs
    case run(Int)
    case events(Int)
    case metrics(Int)
    case sql(Int)
    case resume(Int)
    case evaluation(Int)
    case boundary(Int)
    case describe
    case tables
    case params
    case predict
    case health
    case ready
    case openAPI
    case prometheus

    /// The resource of a path.
    /// - Throws: `Problem` 404.
    static func find(_ segments: [String]) throws(Problem) -> (Route, Template) {
        for template in Template.allCases {
            guard let match = template.match(segments) else { continue }
            guard case .id(let id) = match else { return (template.route(0), template) }
            guard let number = Int(id), number > 0, String(number) == id else {
                throw Problem(
                    status: .notFound,
                    code: "run_not_found",
                    detail: "\"\(id)\" is no number of a run",
                    hint: "GET /train lists the runs"
                )
            }
            return (template.route(number), template)
        }
        let known = Template.allCases.map(\.rawValue)
        throw Problem(
            status: .notFound,
            code: "not_found",
            detail: "there is nothing at /\(segments.joined(separator: "/"))",
            hint: "there are \(known.dropLast().joined(separator: ", ")) and \(known.last ?? "")"
        )
    }
}

extension Route {
    /// The run in the path, if there is one.
    var run: Int? {
        switch self {
        case .run(let id), .events(let id), .metrics(let id), .sql(let id), .resume(let id), .evaluation(let id),
            .boundary(let id):
            id
        case .dashboard, .runs, .describe, .tables, .params, .predict, .health, .ready, .openAPI, .prometheus: nil
        }
    }
}

extension Route {
    /// The paths of all resources, as the OpenAPI document has them. Everything else about them is a table over these,
    /// so that none can be forgotten.
    enum Template: String, CaseIterable {
        case runs = "/train"
        case run = "/train/{id}"
        case events = "/train/{id}/events"
        case metrics = "/train/{id}/metrics"
        case sql = "/train/{id}/sql"
        case resume = "/train/{id}/resume"
        case evaluation = "/train/{id}/evaluation"
        case boundary = "/train/{id}/boundary"
        case tables = "/tables"
        case describe = "/describe"
        case params = "/params"
        case predict = "/predict"
        case dashboard = "/"
        case prometheus = "/metrics"
        case openAPI = "/openapi.json"
        case health = "/healthz"
        case ready = "/readyz"

        /// - Parameter id: the run, if the path names one.
        func route(_ id: Int) -> Route {
            switch self {
            case .runs: .runs
            case .run: .run(id)
            case .events: .events(id)
            case .metrics: .metrics(id)
            case .sql: .sql(id)
            case .resume: .resume(id)
            case .evaluation: .evaluation(id)
            case .boundary: .boundary(id)
            case .tables: .tables
            case .describe: .describe
            case .params: .params
            case .predict: .predict
            case .dashboard: .dashboard
            case .prometheus: .prometheus
            case .openAPI: .openAPI
            case .health: .health
            case .ready: .ready
            }
        }

        /// What a handler answers. HEAD comes with GET, and OPTIONS is everywhere.
        var methods: [HTTPRequest.Method] {
            switch self {
            case .runs: [.get, .post]
            case .run: [.get, .patch, .delete]
            case .resume, .predict: [.post]
            case .events, .metrics, .sql, .evaluation, .tables, .boundary, .describe, .params, .dashboard, .prometheus,
                .openAPI,
                .health,
                .ready:
                [.get]
            }
        }

        /// The methods as the Allow field names them.
        var allowed: [HTTPRequest.Method] {
            methods.flatMap { $0 == .get ? [.get, .head] : [$0] } + [.options]
        }

        /// The forms of an answer, the usual one first.
        var forms: [MediaType] {
            switch self {
            case .runs, .run, .resume, .evaluation, .tables, .boundary, .describe, .predict, .openAPI, .health, .ready:
                [.json]
            case .metrics, .params: [.json, .csv, .ndjson]
            case .events: [.eventStream, .ndjson]
            case .sql, .prometheus: [.plainText]
            case .dashboard: [.html]
            }
        }

        fileprivate enum Match {
            case whole
            /// With what stands in the place of `{id}`.
            case id(String)
        }

        /// - Returns: nil if it is not this path.
        fileprivate func match(_ segments: [String]) -> Match? {
            let own = rawValue.dropFirst().split(separator: "/")
            // A slash alone may come as an empty segment.
            let given = segments == [""] ? [] : segments
            guard own.count == given.count else { return nil }
            var match = Match.whole
            for (part, segment) in zip(own, given) {
                if part == "{id}" { match = .id(segment) } else if part != segment { return nil }
            }
            return match
        }
    }
}
