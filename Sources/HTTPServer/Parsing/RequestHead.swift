import HTTPTypes

/// Everything of a request before its body, checked as a whole.
struct RequestHead: Sendable {
    var method: HTTPRequest.Method
    var target: RequestTarget
    var version: HTTPVersion
    var fields: HTTPFields
    /// The Host field as received; nil only with HTTP/1.0.
    var host: String?
    var framing: BodyFraming
    /// The client waits for `100 Continue` before it sends the body.
    var expectsContinue: Bool
    /// The client is willing to send another request on this connection.
    var keepAlive: Bool

    init(line: RequestLine, fields: HTTPFields, limits: Limits) throws(RequestFault) {
        method = line.method
        target = line.target
        version = line.version
        self.fields = fields
        host = try Self.host(of: line, fields: fields)
        framing = try BodyFraming(method: line.method, version: line.version, fields: fields, limits: limits)
        expectsContinue = try Self.expectsContinue(version: line.version, fields: fields) && framing != .none
        keepAlive = Self.keepAlive(version: line.version, fields: fields)
    }

    /// HTTPTypes keeps its own constant for code that is not a server.
    private static let hostField = HTTPField.Name("Host")!

    private static func host(of line: RequestLine, fields: HTTPFields) throws(RequestFault) -> String? {
        let hosts = fields[values: hostField]
        guard hosts.count <= 1 else { throw .malformed("there is more than one Host") }
        guard let host = hosts.first else {
            if line.version == .http11 { throw .malformed("the Host field is missing") }
            return line.target.authority
        }
        guard HostField.isValid(Array(host.utf8)[...]) else {
            throw .malformed("Host is not a host with an optional port")
        }
        if let authority = line.target.authority, authority.lowercased() != host.lowercased() {
            throw .malformed("the target names another host than the Host field")
        }
        return host
    }

    private static func expectsContinue(version: HTTPVersion, fields: HTTPFields) throws(RequestFault) -> Bool {
        let expectations = fields[values: .expect]
        guard let only = expectations.first else { return false }
        guard expectations.count == 1, only.utf8.equalsIgnoringCase("100-continue") else { throw .unknownExpectation }
        // An HTTP/1.0 client cannot read an interim answer (RFC 9110, 10.1.1).
        return version == .http11
    }

    private static func keepAlive(version: HTTPVersion, fields: HTTPFields) -> Bool {
        let options = fields[values: .connection]
            .flatMap { Array($0.utf8).split(separator: UInt8(ascii: ",")) }
            .map(\.trimmed)
        if options.contains(where: { $0.equalsIgnoringCase("close") }) { return false }
        return version == .http11 || options.contains { $0.equalsIgnoringCase("keep-alive") }
    }
}
