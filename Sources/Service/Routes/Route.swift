import HTTPTypes

/// The resources there are.
enum Route: Hashable {
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
    /// Part of the interface, not built yet.
    case planned(String)

    /// The resource of a path and the methods it takes, HEAD aside.
    /// - Throws: `Problem` 404.
    static func find(_ segments: [String]) throws(Problem) -> (Route, [HTTPRequest.Method]) {
        switch segments.first {
        case nil, "": return (.planned("the dashboard"), [.get])
        case "train" where segments.count == 1: return (.runs, [.get, .post])
        case "train" where segments.count <= 3: return try run(segments)
        case "params" where segments.count == 1: return (.params, [.get])
        case "predict" where segments.count == 1: return (.predict, [.post])
        case "healthz" where segments.count == 1: return (.health, [.get])
        case "readyz" where segments.count == 1: return (.ready, [.get])
        case "metrics" where segments.count == 1: return (.planned("/metrics for Prometheus"), [.get])
        case "openapi.json" where segments.count == 1: return (.planned("the OpenAPI document"), [.get])
        case "tables" where segments.count == 1: return (.tables, [.get])
        case "describe" where segments.count == 1: return (.describe, [.get])
        default: throw notFound(segments)
        }
    }

    private static func run(_ segments: [String]) throws(Problem) -> (Route, [HTTPRequest.Method]) {
        guard let id = Int(segments[1]), id > 0, String(id) == segments[1] else {
            throw Problem(
                status: .notFound,
                code: "run_not_found",
                detail: "\"\(segments[1])\" is no number of a run",
                hint: "GET /train lists the runs"
            )
        }
        guard segments.count == 3 else { return (.run(id), [.get, .delete, .patch]) }
        switch segments[2] {
        case "events": return (.events(id), [.get])
        case "metrics": return (.metrics(id), [.get])
        case "sql": return (.sql(id), [.get])
        case "resume": return (.resume(id), [.post])
        case "evaluation": return (.evaluation(id), [.get])
        case "boundary": return (.boundary(id), [.get])
        default: throw notFound(segments)
        }
    }

    private static func notFound(_ segments: [String]) -> Problem {
        Problem(
            status: .notFound,
            code: "not_found",
            detail: "there is nothing at /\(segments.joined(separator: "/"))",
            hint: "there are /train, /train/{id}, /train/{id}/events, /train/{id}/metrics, /train/{id}/sql, "
                + "/train/{id}/resume, /train/{id}/evaluation, /train/{id}/boundary, /tables, /describe, /params, "
                + "/predict, /healthz and /readyz"
        )
    }
}
