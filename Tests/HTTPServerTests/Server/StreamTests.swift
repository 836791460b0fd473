import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import HTTPServer

private func stream(_ produce: @escaping @Sendable (ResponseWriter) async throws -> Void) -> Handler {
    { _ in HTTPServerResponse(status: .ok, body: .stream(produce)) }
}

@Suite("Over a socket: streams", .timeLimit(.minutes(5)))
struct StreamTests {
    @Test("chunks arrive as they are written, and the connection serves on")
    func chunks() async throws {
        let next = Signal()
        let handler = stream { writer in
            try await writer.write(Array("one".utf8))
            try await writer.write([])
            await next.wait()
            try await writer.write(Array("two".utf8))
        }
        try await withServer(handler: handler) { address, _ in
            try await offPool {
                let client = try RawClient(address)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.receiveResponse(toHead: true).fields["transfer-encoding"] == "chunked")
                #expect(try client.receiveChunk() == Array("one".utf8))
                next.fire()
                #expect(try client.receiveChunk() == Array("two".utf8))
                #expect(try client.receiveChunk() == nil)
                #expect(try client.get().text == "onetwo")
                let old = try RawClient(address)
                try old.send("GET / HTTP/1.0\r\n\r\n")
                #expect(try old.receiveTextToEnd().hasSuffix("\r\nConnection: close\r\n\r\nonetwo"))
            }
        }
    }

    /// How a client can go away.
    enum Departure: CaseIterable {
        case close
        case reset
        case finishSending
    }

    @Test("a client that goes away during an idle stream cancels it", arguments: Departure.allCases)
    func clientGone(_ departure: Departure) async throws {
        let cancelled = Signal()
        let handler = stream { writer in
            try await writer.write(Array("hello".utf8))
            await untilCancelled()
            #expect(Task.isCancelled)
            cancelled.fire()
        }
        try await withServer(limits: .quick, handler: handler) { address, _ in
            let client = try await offPool {
                let client = try RawClient(address)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try client.receiveResponse(toHead: true)
                _ = try client.receiveChunk()
                switch departure {
                case .close: return RawClient?.none
                case .reset: client.reset()
                case .finishSending: client.finishSending()
                }
                return client
            }
            await cancelled.wait()
            withExtendedLifetime(client) {}
        }
    }

    @Test("a client of a unix socket that goes away is noticed at once, handler or stream", arguments: [true, false])
    func unixClientGone(streaming: Bool) async throws {
        let started = Signal()
        let cancelled = Signal()
        let work: @Sendable () async -> Void = {
            started.fire()
            await untilCancelled()
            cancelled.fire()
        }
        let handler: Handler = { _ in
            if !streaming { await work() }
            return HTTPServerResponse(status: .ok, body: .stream { _ in await work() })
        }
        try await withTemporaryDirectory { directory in
            try await withServer(on: .unix(path: directory + "/s"), handler: handler) { address, _ in
                let client = try await offPool {
                    let client = try RawClient(address)
                    try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    return client
                }
                await started.wait()
                client.reset()
                await cancelled.wait()
            }
        }
    }

    @Test("a client that closes while its handler runs cancels the handler")
    func clientGoneBeforeAnswer() async throws {
        let started = Signal()
        let cancelled = Signal()
        let handler: Handler = { request in
            started.fire()
            await untilCancelled()
            cancelled.fire()
            return echo(request)
        }
        try await withServer(limits: .quick, handler: handler) { address, _ in
            var client: RawClient? = try await offPool {
                let client = try RawClient(address)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return client
            }
            await started.wait()
            client = nil
            await cancelled.wait()
            _ = client
        }
    }

    @Test("a writer is suspended while its client does not read, and goes on when it does")
    func backPressure() async throws {
        let written = Mutex(0)
        let stalled = Signal()
        let total = 32 * 1024 * 1024
        let piece = [UInt8](repeating: 7, count: 10_000)
        let handler = stream { writer in
            while written.withLock({ $0 }) < total {
                try await writer.write(piece)
                written.withLock { $0 += piece.count }
                stalled.fire()
            }
        }
        try await withServer(handler: handler) { address, _ in
            let client = try await offPool {
                let client = try RawClient(address, receiveBuffer: 4096)
                try client.send("GET / HTTP/1.0\r\n\r\n")
                return client
            }
            await stalled.wait()
            try await offPool {
                // Ten looks at a writer that does not move: it waits.
                var before = -1
                var still = 0
                while still < 10 {
                    let now = written.withLock { $0 }
                    still = now == before ? still + 1 : 0
                    before = now
                    poll(nil, 0, 20)
                }
                // The client's kernel holds its receive buffer, ours 16 KiB that are not sent, the server 64 KiB.
                #expect(before < 1024 * 1024)
                let answer = try client.receiveToEnd()
                #expect(answer.count > total)
            }
        }
    }

    @Test("a client that never reads is cut off, and its writer told")
    func writeStall() async throws {
        let told = Signal()
        let handler = stream { writer in
            do {
                while true { try await writer.write([UInt8](repeating: 7, count: 100_000)) }
            } catch is ClientGone {
                told.fire()
            }
        }
        try await withServer(limits: .quick, handler: handler) { address, _ in
            let client = try await offPool {
                let client = try RawClient(address, receiveBuffer: 4096)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return client
            }
            await told.wait()
            withExtendedLifetime(client) {}
        }
    }

    @Test("a write of a cancelled task throws, and a writer used after its stream too")
    func writingInVain() async throws {
        let kept = Mutex<ResponseWriter?>(nil)
        let cancelledWriteThrew = Signal()
        let handler = stream { writer in
            kept.withLock { $0 = writer }
            let task = Task {
                await untilCancelled()
                await #expect(throws: CancellationError.self) { try await writer.write([1]) }
                cancelledWriteThrew.fire()
            }
            task.cancel()
            await task.value
        }
        try await withServer(handler: handler) { address, _ in
            try await offPool {
                let client = try RawClient(address)
                #expect(try client.get().text == "")
            }
            #expect(cancelledWriteThrew.hasFired)
            let writer = try #require(kept.withLock { $0 })
            await #expect(throws: ClientGone.self) { try await writer.write([1]) }
        }
        let writer = try #require(kept.withLock { $0 })
        await #expect(throws: ClientGone.self, "after the server has stopped") { try await writer.write([1]) }
    }

    @Test("a stream that throws ends without its last chunk")
    func failing() async throws {
        let handler = stream { writer in
            try await writer.write(Array("half".utf8))
            throw CancellationError()
        }
        try await withServer(handler: handler) { address, _ in
            try await offPool {
                let client = try RawClient(address)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.receiveTextToEnd().hasSuffix("\r\n\r\n4\r\nhalf\r\n"))
            }
        }
    }
}
