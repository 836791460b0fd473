import Foundation
import HTTPTypes
import Logging

@testable import HTTPServer

/// Runs `body` against a server on a free loopback port.
@discardableResult
func withServer<Result>(
    on address: ListenAddress = .tcp(host: "127.0.0.1", port: 0),
    limits: Limits = .default,
    accept: @escaping AcceptCall = SystemAccept.call,
    handler: @escaping Handler = { echo($0) },
    _ body: (ListenAddress, HTTPServer) async throws -> Result
) async throws -> Result {
    let server = HTTPServer(
        address: address,
        limits: limits,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        errorBody: { ("application/problem+json", Array(#"{"status": \#($0.code), "detail": "\#($1)"}"#.utf8)) },
        accept: accept,
        handler: handler
    )
    let bound = try await server.start()
    do {
        let result = try await body(bound, server)
        await server.shutdown(grace: .zero)
        return result
    } catch {
        await server.shutdown(grace: .zero)
        throw error
    }
}

/// Answers with what the request was.
@Sendable func echo(_ request: HTTPServerRequest) -> HTTPServerResponse {
    let text = "\(request.method) \(request.path) \(String(decoding: request.body, as: UTF8.self))"
    return HTTPServerResponse(
        status: .ok,
        headerFields: [.contentType: "text/plain"],
        body: .bytes(Array(text.utf8))
    )
}

/// Milliseconds in place of seconds.
extension Limits {
    static var quick: Limits {
        var limits = Limits()
        limits.headerTime = .milliseconds(200)
        limits.bodyTime = .milliseconds(200)
        limits.idleTime = .milliseconds(200)
        limits.writeStallTime = .milliseconds(200)
        limits.lingerTime = .milliseconds(200)
        limits.halfClosedTime = .milliseconds(100)
        return limits
    }
}

/// A new directory under the temporary one, removed when `body` is over.
@discardableResult
func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("http-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory.path)
}
