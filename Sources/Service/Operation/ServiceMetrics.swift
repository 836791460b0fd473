import HTTPTypes
import Synchronization
import Training

/// What is counted while the daemon runs, for `/metrics`.
///
/// Labels are few and known beforehand: templates of routes, classes of status, kinds of statements.
public final class ServiceMetrics: Sendable {
    private struct Request: Hashable {
        let route: String
        let method: String
        let status: String
    }

    private struct State {
        var requests: [Request: Int] = [:]
        var durations: [String: Histogram] = [:]
        var refused: [Int: Int] = [:]
        var epochs = 0
        var epochDurations = Histogram([
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
        ])
    }

    /// The version that is running.
    let version: String
    private let state = Mutex(State())
    /// Apart, because connections' threads come here often.
    private let statements = Mutex<[StatementKind: Histogram]>([:])

    private static let requestBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    private static let statementBounds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60,
    ]
    /// Others are counted together: a client may send any word.
    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]

    public init(version: String) { self.version = version }

    /// A statement has come to its end. Called on the thread of its connection.
    public func observe(statement name: String?, took duration: Duration) {
        let kind = StatementKind(named: name)
        statements.withLock { $0[kind, default: Histogram(Self.statementBounds)].observe(duration / .seconds(1)) }
    }

    /// Epochs were committed.
    public func observe(_ progress: RunExecutor.Progress) {
        state.withLock { state in
            state.epochs += progress.epochs
            state.epochDurations.observe(progress.milliseconds / 1000, times: progress.epochs)
        }
    }

    /// The server turned a request away before anybody saw it.
    public func observeRefusal(_ status: HTTPResponse.Status) {
        state.withLock { $0.refused[status.code, default: 0] += 1 }
    }

    func observe(route: String, _ method: HTTPRequest.Method, _ status: HTTPResponse.Status, took duration: Duration) {
        let name = Self.methods.contains(method) ? method.rawValue : "other"
        let request = Request(route: route, method: name, status: "\(status.code / 100)xx")
        state.withLock { state in
            state.requests[request, default: 0] += 1
            state.durations[route, default: Histogram(Self.requestBounds)].observe(duration / .seconds(1))
        }
    }

    /// The families that are kept here.
    func write(to text: inout PrometheusText) {
        let state = state.withLock { $0 }
        text.single("pgradient_epochs_total", .counter, "Epochs that this process has trained.", Double(state.epochs))
        text.histograms(
            "pgradient_epoch_duration_seconds",
            "Time of an epoch, the mean of those committed together.",
            [([], state.epochDurations)]
        )
        let statements = statements.withLock { $0 }
        text.histograms(
            "pgradient_statement_duration_seconds",
            "Time of a statement as seen from here, by what it is for.",
            StatementKind.allCases.map { kind in
                ([("kind", kind.rawValue)], statements[kind] ?? Histogram(Self.statementBounds))
            }
        )
        let requests = state.requests.sorted { one, other in
            (one.key.route, one.key.method, one.key.status) < (other.key.route, other.key.method, other.key.status)
        }
        text.family(
            "pgradient_http_requests_total",
            .counter,
            "Requests that were answered, by template of the route, method and class of status.",
            requests.map { request, count in
                (
                    [("route", request.route), ("method", request.method), ("status", request.status)],
                    Double(count)
                )
            }
        )
        text.histograms(
            "pgradient_http_request_duration_seconds",
            "Time from a whole request to its answer; of a stream, to its beginning.",
            state.durations.sorted { $0.key < $1.key }.map { ([("route", $0.key)], $0.value) }
        )
        text.family(
            "pgradient_http_refused_total",
            .counter,
            "Requests that were turned away before they were understood, by status.",
            state.refused.sorted { $0.key < $1.key }.map { ([("status", "\($0.key)")], Double($0.value)) }
        )
    }
}
