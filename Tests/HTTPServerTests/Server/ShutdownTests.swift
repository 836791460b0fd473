import Foundation
import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Over a socket: stopping", .timeLimit(.minutes(5)))
struct ShutdownTests {
    @Test("idle connections are closed, a running request is answered, and then it is over")
    func graceful() async throws {
        let started = Signal()
        let release = Signal()
        let handler: Handler = { request in
            if request.path == "/slow" {
                started.fire()
                await release.wait()
            }
            return echo(request)
        }
        try await withServer(handler: handler) { address, server in
            let (idle, busy) = try await offPool {
                let idle = try RawClient(address)
                #expect(try idle.get().status == 200)
                let busy = try RawClient(address)
                try busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
                return (idle, busy)
            }
            await started.wait()
            async let stopped: Void = server.shutdown(grace: .seconds(60))
            try await offPool {
                #expect(try idle.receiveToEnd().isEmpty)
                #expect(throws: RawClient.Failure.self) { try RawClient(address) }
                release.fire()
                let answer = try busy.receiveResponse()
                #expect(answer.text == "GET /slow ")
                #expect(answer.fields["connection"] == "close")
                busy.finishSending()
            }
            await stopped
            await server.shutdown(grace: .seconds(60))
        }
    }

    @Test("streams are cancelled at once and may say goodbye")
    func streams() async throws {
        let handler: Handler = { _ in
            HTTPServerResponse(
                status: .ok,
                body: .stream { writer in
                    try await writer.write(Array("hello".utf8))
                    await untilCancelled()
                    // A child that is not cancelled carries the last word.
                    try await Task { try await writer.write(Array("bye".utf8)) }.value
                }
            )
        }
        try await withServer(handler: handler) { address, server in
            let client = try await offPool {
                let client = try RawClient(address)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try client.receiveResponse(toHead: true)
                #expect(try client.receiveChunk() == Array("hello".utf8))
                return client
            }
            async let stopped: Void = server.shutdown(grace: .seconds(60))
            try await offPool {
                let rest = try client.receiveTextToEnd()
                #expect(rest == "3\r\nbye\r\n0\r\n\r\n")
                client.finishSending()
            }
            await stopped
        }
    }

    @Test("after the grace nobody is waited for")
    func graceEnds() async throws {
        let started = Signal()
        let cancelled = Signal()
        let handler: Handler = { request in
            started.fire()
            await untilCancelled()
            cancelled.fire()
            return echo(request)
        }
        try await withServer(handler: handler) { address, server in
            let client = try await offPool {
                let client = try RawClient(address)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return client
            }
            await started.wait()
            let began = ContinuousClock.now
            await server.shutdown(grace: .milliseconds(50))
            #expect(began.duration(to: .now) < .seconds(10))
            await cancelled.wait()
            withExtendedLifetime(client) {}
        }
    }

    @Test("a request that arrived before the stop is answered")
    func lastMoment() async throws {
        try await withServer { address, server in
            let client = try await offPool {
                let client = try RawClient(address)
                try client.send("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                return client
            }
            async let stopped: Void = server.shutdown(grace: .seconds(60))
            let answer = try await offPool {
                let answer = try client.receiveTextToEnd()
                client.finishSending()
                return answer
            }
            #expect(answer.hasSuffix("GET /last "))
            // Lingering ends when the client goes.
            client.reset()
            await stopped
        }
    }
}
