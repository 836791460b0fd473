import HTTPTypes

/// The versions of HTTP that are spoken here.
enum HTTPVersion: Sendable {
    case http10
    case http11
}

/// `method SP request-target SP HTTP-version` of RFC 9112, 3.
struct RequestLine: Sendable {
    var method: HTTPRequest.Method
    var target: RequestTarget
    var version: HTTPVersion

    init(parsing line: ArraySlice<UInt8>) throws(RequestFault) {
        guard let firstSpace = line.firstIndex(of: .space), let lastSpace = line.lastIndex(of: .space),
            firstSpace < lastSpace
        else { throw .malformed("the request line must be a method, a target and a version with one space between") }
        guard let method = Self.method(line[..<firstSpace]) else {
            throw .malformed("the method is not a token")
        }
        self.method = method
        // Before the target: `PRI * HTTP/2.0` is told about its version.
        version = try Self.version(line[lastSpace...].dropFirst())
        target = try RequestTarget(parsing: line[firstSpace..<lastSpace].dropFirst())
    }

    /// The fault of a request line that goes on after `prefix`: a long target, unless it did not begin like a request.
    static func fault(ofTooLong prefix: ArraySlice<UInt8>, limit: Int) -> RequestFault {
        guard let space = prefix.firstIndex(of: .space), method(prefix[..<space]) != nil else {
            return .malformed("the request line does not begin with a method")
        }
        return .targetTooLong(limit: limit)
    }

    private static func method(_ bytes: ArraySlice<UInt8>) -> HTTPRequest.Method? {
        guard !bytes.isEmpty, bytes.allSatisfy(\.isToken) else { return nil }
        return HTTPRequest.Method(String(decoding: bytes, as: UTF8.self))
    }

    private static func version(_ bytes: ArraySlice<UInt8>) throws(RequestFault) -> HTTPVersion {
        let digits = Array(bytes.suffix(3))
        guard bytes.count == 8, bytes.starts(with: "HTTP/".utf8), digits[0].isDigit, digits[1] == UInt8(ascii: "."),
            digits[2].isDigit
        else { throw .malformed("the version must look like HTTP/1.1") }
        switch (digits[0], digits[2]) {
        case (UInt8(ascii: "1"), UInt8(ascii: "1")): return .http11
        case (UInt8(ascii: "1"), UInt8(ascii: "0")): return .http10
        default: throw .unsupportedVersion
        }
    }
}
