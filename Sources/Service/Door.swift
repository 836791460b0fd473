import HTTPServer
import HTTPTypes
import JSONTree
import Synchronization
import Training

/// What stands between the socket and the application: asks for the token, and answers while the application is not
/// there yet.
public final class Door: Sendable {
    private enum State {
        /// Not ready, and why.
        case closed(reason: String)
        case open(Application)
    }

    private let state = Mutex(State.closed(reason: "the daemon is starting"))
    private let token: String?

    /// - Parameter token: what every request but those to `/healthz` and `/readyz` must bring; nil lets all in.
    public init(token: String?) { self.token = token }

    /// Lets requests through.
    public func open(_ application: Application) { state.withLock { $0 = .open(application) } }

    /// Turns requests away with 503.
    public func close(reason: String) { state.withLock { $0 = .closed(reason: reason) } }

    /// Answers a request.
    public func handle(_ request: HTTPServerRequest) async -> HTTPServerResponse {
        let isProbe = ["/healthz", "/readyz"].contains(request.path)
        if let token, !isProbe, !Self.grants(request.headerFields[.authorization], token) { return Self.unauthorized }
        switch state.withLock({ $0 }) {
        case .open(let application): return await application.handle(request)
        case .closed where request.path == "/healthz" && [.get, .head].contains(request.method):
            return .json(["status": "ok"])
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

    /// Compares without stopping at the first difference, so that timing tells nothing about the token.
    private static func grants(_ field: String?, _ token: String) -> Bool {
        guard let field, field.lowercased().hasPrefix("bearer ") else { return false }
        let given = Array(field.dropFirst("bearer ".count).drop { $0 == " " }.utf8)
        let wanted = Array(token.utf8)
        var difference = given.count ^ wanted.count
        for (index, byte) in wanted.enumerated() {
            difference |= Int(byte ^ (index < given.count ? given[index] : 0))
        }
        return difference == 0
    }
}
