import HTTPTypes

/// Renders the body of an answer that no handler made.
public typealias ErrorBody =
    @Sendable (_ status: HTTPResponse.Status, _ detail: String) -> (contentType: String, bytes: [UInt8])

/// What all connections of a server share.
final class ConnectionSettings: Sendable {
    let limits: Limits
    let errorBody: ErrorBody

    init(limits: Limits, errorBody: @escaping ErrorBody) {
        self.limits = limits
        self.errorBody = errorBody
    }
}
