import HTTPTypes

/// Renders the body of an answer that no handler made.
public typealias ErrorBody =
    @Sendable (_ status: HTTPResponse.Status, _ detail: String) -> (contentType: String, bytes: [UInt8])

/// What all connections of a server share.
final class ConnectionSettings: Sendable {
    let limits: Limits
    let errorBody: ErrorBody
    /// Fields of every answer that does not set them itself.
    let defaultFields: HTTPFields

    init(limits: Limits, defaultFields: HTTPFields = [:], errorBody: @escaping ErrorBody) {
        self.limits = limits
        self.defaultFields = defaultFields
        self.errorBody = errorBody
    }
}
