import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import HTTPServer

@Suite("Over a socket: limits", .timeLimit(.minutes(5)))
struct LimitTests {
    @Test(
        "a sender that drips is cut off by the total deadline",
        arguments: ["GET / HTTP/1.1\r\nX: ", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"]
    )
    func drip(_ start: String) async throws {
        try await withServer(limits: .quick) { address, _ in
            try await offPool {
                let client = try RawClient(address)
                try client.send(start)
                let began = ContinuousClock.now
                var ready = pollfd(fd: client.descriptor, events: Int16(POLLIN), revents: 0)
                // A byte every 20 ms until the server speaks.
                while poll(&ready, 1, 20) == 0 { try client.send("x") }
                #expect(try client.receiveResponse().status == 408)
                #expect(began.duration(to: .now) >= .milliseconds(180))
                #expect(try client.receiveToEnd().isEmpty)
            }
        }
    }

    @Test("a client that says nothing is left without a word, before a request and after one")
    func silence() async throws {
        try await withServer(limits: .quick) { address, _ in
            try await offPool {
                let silent = try RawClient(address)
                #expect(try silent.receiveToEnd().isEmpty)
                let client = try RawClient(address)
                #expect(try client.get().status == 200)
                #expect(try client.receiveToEnd().isEmpty)
            }
        }
    }

    @Test("a client that does not take its answer is cut off")
    func writeStall() async throws {
        let handler: Handler = { _ in
            HTTPServerResponse(status: .ok, body: .bytes([UInt8](repeating: 1, count: 32 * 1024 * 1024)))
        }
        try await withServer(limits: .quick, handler: handler) { address, server in
            let client = try await offPool {
                let client = try RawClient(address, receiveBuffer: 4096)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return client
            }
            // A stop waits for the last connection, and this one ends only by its stall.
            await server.shutdown(grace: .seconds(60))
            withExtendedLifetime(client) {}
        }
    }

    @Test("above the cap 503 with Retry-After, and room again when somebody leaves")
    func connectionCap() async throws {
        var limits = Limits()
        limits.connections = 5
        limits.refusedConnections = 3
        try await withServer(limits: limits) { address, _ in
            try await offPool {
                var served = try (0..<5).map { _ in try RawClient(address) }
                for client in served { #expect(try client.get().status == 200) }
                // More than the server lets linger.
                let refused = try (0..<10).map { _ in try RawClient(address) }
                for client in refused {
                    let answer = try client.receiveResponse()
                    #expect(answer.status == 503)
                    #expect(answer.fields["retry-after"] == "1")
                    #expect(answer.fields["connection"] == "close")
                }
                for client in served { #expect(try client.get().status == 200) }
                served.removeLast()
                // The server learns of the departure when it comes to it.
                var status = 503
                for _ in 0..<100 where status == 503 { status = try fetch(address).status }
                #expect(status == 200)
            }
        }
    }

    @Test("request bodies are bounded for all connections together")
    func totalRequestBytes() async throws {
        var limits = Limits()
        limits.totalRequestBytes = 100_000
        let release = Signal()
        let handler: Handler = { request in
            await release.wait()
            return echo(request)
        }
        try await withServer(limits: limits, handler: handler) { address, _ in
            try await offPool {
                let body = String(repeating: "z", count: 60_000)
                let request = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n\(body)"
                let first = try RawClient(address)
                let second = try RawClient(address)
                try first.send(request)
                try second.send(request)
                // Whichever comes second is too much; the other is answered once it may be.
                var ready = [first, second].map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
                #expect(poll(&ready, 2, 10_000) == 1)
                let (refused, kept) = ready[0].revents != 0 ? (first, second) : (second, first)
                #expect(try refused.receiveResponse().status == 503)
                release.fire()
                #expect(try kept.receiveResponse().status == 200)
                #expect(try fetch(address).status == 200)
            }
        }
    }

    @Test("accepting rests when not even the reserve descriptor helps, and goes on afterwards")
    func acceptPause() async throws {
        let failures = Mutex((left: 10, calls: 0))
        let accept: AcceptCall = { listener in
            let fails = failures.withLock { state in
                state.calls += 1
                state.left -= 1
                return state.left >= 0
            }
            return fails ? .exhausted : SystemAccept.call(listener)
        }
        var limits = Limits()
        limits.acceptPause = .milliseconds(20)
        try await withServer(limits: limits, accept: accept) { address, _ in
            try await offPool {
                let began = ContinuousClock.now
                let answer = try fetch(address)
                #expect(answer.status == 200)
                // Two calls before each of the five pauses.
                #expect(began.duration(to: .now) >= .milliseconds(100))
                #expect(failures.withLock { $0.calls } < 20)
            }
        }
    }
}
