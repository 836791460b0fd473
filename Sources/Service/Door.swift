import HTTPServer
import HTTPTypes
import JSONTree
import Logging
import Synchronization
import Training

/// What stands between the socket and the application: asks whether the request was meant for this daemon and for the
/// token, and answers while the application is not there yet.
public final class Door: Sendable {
    private enum State {
        /// Not ready, and why.
        case closed(reason: String)
        case open(Application)
    }

    private let state = Mutex(State.closed(reason: "the daemon is starting"))
    private let token: BearerToken?
    private let access: Access
    private let failures: FailedAttempts

    /// - Parameters:
    ///   - token: what every request must bring but those to `/healthz`, `/readyz` and `/`, where there is nothing to
    ///     protect; nil lets all in.
    ///   - access: which requests are meant for this daemon.
    ///   - pause: how the answer to a wrong token is put off.
    public init(
        token: String?,
        access: Access = .unchecked,
        logger: Logger? = nil,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.token = token.map { BearerToken($0) }
        self.access = access
        failures = FailedAttempts(logger: logger, pause: pause)
    }

    /// Lets requests through.
    public func open(_ application: Application) { state.withLock { $0 = .open(application) } }

    /// Turns requests away with 503.
    public func close(reason: String) { state.withLock { $0 = .closed(reason: reason) } }

    /// Answers a request.
    public func handle(_ request: HTTPServerRequest) async -> HTTPServerResponse {
        if let objection = access.objection(to: request) { return objection.response }
        let isOpen = ["/healthz", "/readyz", "/"].contains(request.path)
        if let token, !isOpen {
            let verdict = token.verdict(on: request.headerFields[.authorization])
            // Who has sent none has guessed nothing.
            if verdict == .wrong { await failures.note(from: request.client) }
            guard verdict == .right else { return Self.unauthorized }
        }
        switch state.withLock({ $0 }) {
        case .open(let application): return await application.handle(request)
        case .closed where request.path == "/healthz" && [.get, .head].contains(request.method):
            return .json(["status": "ok"])
        case .closed where request.path == "/" && [.get, .head].contains(request.method):
            // The page waits for the daemon by itself, and says why.
            return DashboardDocument.response
        case .closed(let reason):
            var problem = Problem(status: .serviceUnavailable, code: "not_ready", detail: reason, hint: "try again")
            problem.headerFields[.retryAfter] = "2"
            return problem.response
        }
    }

    /// Faults of the protocol itself, as problem documents too.
    public static let errorBody: ErrorBody = { status, detail in
        let code = status.reasonPhrase.lowercased().split(whereSeparator: { !$0.isLetter }).joined(separator: "_")
        let problem = Problem(status: status, code: code, detail: detail)
        return ("application/problem+json", Array(problem.json.pretty.utf8))
    }

    private static var unauthorized: HTTPServerResponse {
        var problem = Problem(
            status: .unauthorized,
            code: "unauthorized",
            detail: "this daemon wants a bearer token, and the request has none or a wrong one",
            hint: "send the header Authorization: Bearer TOKEN"
        )
        problem.headerFields[.wwwAuthenticate] = "Bearer"
        return problem.response
    }
}
