import Foundation
import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Over a socket: exchanges", .timeLimit(.minutes(5)))
struct ExchangeTests {
    @Test("keep-alive, HEAD, bodies and Connection: close")
    func exchanges() async throws {
        try await withServer { address, _ in
            try await offPool {
                let client = try RawClient(address)
                let first = try client.get("/a%20b")
                #expect(first.status == 200 && first.text == "GET /a b ")
                #expect(first.fields["content-type"] == "text/plain")
                #expect(first.fields["date"]?.hasSuffix(" GMT") == true)
                #expect(first.fields["connection"] == nil)
                try client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try client.receiveResponse(toHead: true).fields["content-length"] == "7")
                try client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n")
                try client.send("hello")
                #expect(try client.receiveResponse().text == "PUT / hello")
                let last = try client.get(fields: "Connection: close\r\n")
                #expect(last.fields["connection"] == "close")
                #expect(try client.receiveToEnd().isEmpty)
            }
        }
    }

    @Test("pipelined requests are answered in order, though the handlers take different times")
    func pipelining() async throws {
        let later = Signal()
        let handler: Handler = { request in
            if request.path == "/0" { await later.wait() }
            return echo(request)
        }
        try await withServer(handler: handler) { address, _ in
            try await offPool {
                let client = try RawClient(address)
                let requests = (0..<200).map { "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }
                try client.send(requests.joined())
                later.fire()
                for number in 0..<200 {
                    #expect(try client.receiveResponse().text == "GET /\(number) ")
                }
            }
        }
    }

    @Test("pipelining is bounded: what is not answered is not read")
    func pipeliningIsBounded() async throws {
        let later = Signal()
        let handler: Handler = { request in
            await later.wait()
            return echo(request)
        }
        try await withServer(handler: handler) { address, _ in
            try await offPool {
                let client = try RawClient(address)
                var limit = timeval(tv_sec: 0, tv_usec: 300_000)
                setsockopt(client.descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
                let requests = Array(String(repeating: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 1000).utf8)
                // The kernel's buffers take some megabytes, the server nothing.
                #expect(throws: RawClient.Failure.self) { for _ in 0..<2000 { try client.send(requests) } }
                later.fire()
                #expect(try client.receiveResponse().status == 200)
            }
        }
    }

    @Test("100-continue")
    func expectContinue() async throws {
        try await withServer { address, _ in
            try await offPool {
                let client = try RawClient(address)
                let head = "PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: "
                try client.send(head + "100-continue\r\n\r\n")
                #expect(try client.receiveLine() == "HTTP/1.1 100 Continue")
                #expect(try client.receiveLine() == "")
                try client.send("ab")
                #expect(try client.receiveResponse().text == "PUT / ab")
                try client.send(head + "a-pony\r\n\r\n")
                #expect(try client.receiveResponse().status == 417)
            }
        }
    }

    @Test("a client that finishes sending still gets its answers")
    func halfClose() async throws {
        try await withServer { address, _ in
            try await offPool {
                let client = try RawClient(address)
                try client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
                client.finishSending()
                #expect(try client.receiveResponse().text == "GET /1 ")
                #expect(try client.receiveResponse().text == "GET /2 ")
                #expect(try client.receiveToEnd().isEmpty)
            }
        }
    }

    @Test("errors are rendered by the application and end the connection")
    func errors() async throws {
        try await withServer { address, _ in
            try await offPool {
                for example in RefusedCase.all {
                    let client = try RawClient(address)
                    try client.send(example.input)
                    let response = try client.receiveResponse()
                    #expect(response.status == example.status, "\(example.name)")
                    #expect(response.fields["content-type"] == "application/problem+json")
                    #expect(response.fields["connection"] == "close")
                    #expect(response.text.hasPrefix(#"{"status": \#(example.status), "#))
                    #expect(try client.receiveToEnd().isEmpty, "\(example.name)")
                }
            }
        }
    }

    @Test("nothing behind a refused request is served", arguments: RefusedCase.framing.filter { $0.status == 400 })
    func smuggling(_ example: RefusedCase) async throws {
        let served = Signal()
        let handler: Handler = { request in
            served.fire()
            return echo(request)
        }
        try await withServer(handler: handler) { address, _ in
            try await offPool {
                let client = try RawClient(address)
                try client.send(example.input + "\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = try client.receiveTextToEnd()
                #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2, "\(answer)")
            }
        }
        #expect(!served.hasFired)
    }

    @Test("an answer to a body that is not read arrives before the connection ends")
    func unreadBody() async throws {
        try await withServer { address, _ in
            try await offPool {
                let client = try RawClient(address)
                try client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n")
                try client.send([UInt8](repeating: 120, count: 3_000_000))
                #expect(try client.receiveResponse().status == 413)
            }
        }
    }

    @Test("a large body, and a large answer to a slow reader")
    func large() async throws {
        let size = 8 * 1024 * 1024
        let handler: Handler = { request in
            if request.method == .put { return echo(request) }
            return HTTPServerResponse(
                status: .ok,
                body: .bytes((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) })
            )
        }
        try await withServer(handler: handler) { address, _ in
            try await offPool {
                let client = try RawClient(address, receiveBuffer: 4096)
                let body = String(repeating: "y", count: 1024 * 1024)
                try client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                #expect(try client.receiveResponse().text == "PUT / \(body)")
                let answer = try client.get().body
                #expect(answer.count == size)
                #expect(answer.indices.allSatisfy { answer[$0] == UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) })
            }
        }
    }

    @Test("five hundred connections at once")
    func manyConnections() async throws {
        try await withServer { address, _ in
            try await offPool {
                let clients = try (0..<500).map { _ in try RawClient(address) }
                for round in 0..<3 {
                    for (number, client) in clients.enumerated() {
                        try client.send("GET /\(round)/\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
                    }
                    for (number, client) in clients.enumerated() {
                        #expect(try client.receiveResponse().text == "GET /\(round)/\(number) ")
                    }
                }
            }
        }
    }
}
