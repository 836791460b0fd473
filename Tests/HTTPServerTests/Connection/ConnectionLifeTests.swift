import HTTPTypes
import Testing

@testable import HTTPServer

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
private let head = "GET / HTTP/1.1\r\nHo"

@Suite("A connection's life")
struct ConnectionLifeTests {
    @Test("serves one request after the other, and never two at a time")
    func keepAlive() {
        var driver = MachineDriver()
        driver.receive(get + get + "GET /third HTT")
        #expect(driver.actions == ["GET / 0"])
        #expect(!driver.machine.wantsInput)
        driver.respond()
        #expect(driver.actions == ["GET / 0"], "the next one waits until the answer is sent")
        let expected = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\nok"
        #expect(driver.take() == expected)
        #expect(driver.actions == ["GET / 0", "GET / 0"])
        driver.respond()
        #expect(driver.take(piece: 1) == expected)
        #expect(driver.machine.wantsInput)
        driver.receive("P/1.1\r\nHost: a\r\n\r\n")
        #expect(driver.actions.last == "GET /third 0")
    }

    @Test("leaves the body out for HEAD, 204 and 304")
    func bodiless() {
        var driver = MachineDriver()
        driver.receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        driver.respond("12345")
        #expect(driver.take().hasSuffix("Content-Length: 5\r\n\r\n"))
        for status in [HTTPResponse.Status.noContent, .notModified] {
            driver.receive(get)
            driver.respond("not sent", status: status)
            let answer = driver.take()
            #expect(answer.hasSuffix("\r\n\r\n") && !answer.contains("Content-Length"))
        }
        driver.receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        driver.respondWithStream()
        #expect(!driver.machine.isStreaming)
        #expect(driver.take().hasSuffix("Transfer-Encoding: chunked\r\n\r\n"))
        #expect(driver.machine.isIdle)
    }

    @Test("ends when either side says so, and waits for the client to hang up")
    func closing() {
        var driver = MachineDriver()
        driver.receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get)
        driver.respond()
        #expect(driver.take().contains("\r\nConnection: close\r\n"))
        #expect(driver.actions == ["GET / 0", "closeSending"], "the pipelined request is not served")
        driver.receive(get)
        #expect(driver.actions.count == 2)
        #expect(driver.deadline == .seconds(2))
        driver.receiveEnd()
        #expect(driver.actions.last == "close")

        driver = MachineDriver()
        driver.receive(get)
        driver.respond(fields: [.connection: "close"])
        #expect(driver.take().contains("\r\nConnection: close\r\n"))
        driver.pass(.seconds(2))
        #expect(driver.actions == ["GET / 0", "closeSending", "close"])
    }

    @Test("does not read for ever from a client that does not hang up")
    func lingeringIsBounded() {
        var driver = MachineDriver()
        driver.receive("GET / HTTP/1.1\n")
        #expect(driver.take().hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        let megabyte = String(repeating: "x", count: 1024 * 1024)
        for _ in 0..<5 { driver.receive(megabyte) }
        #expect(driver.actions.first == "closeSending" && driver.actions.dropFirst().first == "close")
    }

    @Test("an HTTP/1.0 client gets what it understands")
    func http10() {
        var driver = MachineDriver()
        driver.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        driver.respond()
        #expect(driver.take().contains("\r\nConnection: keep-alive\r\n"))
        #expect(driver.machine.isIdle)
        driver.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        driver.respondWithStream()
        driver.write("raw")
        let answer = driver.take()
        #expect(answer.hasSuffix("\r\nConnection: close\r\n\r\nraw") && !answer.contains("Transfer-Encoding"))
        driver.endStream()
        #expect(driver.actions.last == "closeSending")
    }

    @Test("100 Continue is sent when the body is still to come and welcome")
    func expectContinue() {
        let head = "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
        var driver = MachineDriver()
        driver.receive(head + "2\r\n\r\n")
        #expect(driver.take() == "HTTP/1.1 100 Continue\r\n\r\n")
        driver.receive("ab")
        #expect(driver.actions == ["PUT / 2"])
        driver = MachineDriver()
        driver.receive(head + "2\r\n\r\na")
        #expect(driver.take() == "")
        driver = MachineDriver()
        driver.receive(head + "2000000\r\n\r\n")
        #expect(driver.take().hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
    }

    @Test("a request that stops in the middle is told so")
    func unexpectedEnd() {
        var driver = MachineDriver()
        driver.receive(head)
        driver.receiveEnd()
        #expect(driver.take().hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        driver.receiveEnd()
        #expect(driver.actions == ["closeSending", "close"])
        driver = MachineDriver()
        driver.receive("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx")
        driver.receiveEnd()
        #expect(driver.take().hasSuffix("\r\nContent-Type: text/plain\r\n\r\n"), "an answer to HEAD has no body")
        driver = MachineDriver()
        driver.receiveEnd()
        #expect(driver.actions == ["close"])
    }

    @Test("an interim or invented status of a handler becomes a 500", arguments: [100, 101, 199, 600, 0])
    func invalidStatus(code: Int) {
        var driver = MachineDriver()
        driver.receive(get)
        driver.respond(status: .init(code: code))
        #expect(driver.take().hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
    }

    @Test("fields for every answer are on refusals too, and give way to the handler's")
    func defaultFields() {
        var driver = MachineDriver(defaultFields: [.cacheControl: "no-store", .xContentTypeOptions: "nosniff"])
        driver.receive(get)
        driver.respond(fields: [.cacheControl: "no-cache"])
        let answer = driver.take()
        #expect(answer.contains("\r\nCache-Control: no-cache\r\n") && !answer.contains("no-store"))
        #expect(answer.contains("\r\nX-Content-Type-Options: nosniff\r\n"))
        driver.receive("GET / HTTP/1.1\n")
        let refusal = driver.take()
        #expect(refusal.contains("\r\nCache-Control: no-store\r\n"), "\(refusal)")
    }

    @Test("a stopping server answers what it was asked and no more")
    func draining() {
        var driver = MachineDriver()
        driver.drain()
        #expect(driver.actions == ["close"])
        driver = MachineDriver()
        driver.receive(get + get)
        driver.drain()
        driver.respond()
        #expect(driver.take().contains("\r\nConnection: close\r\n"))
        #expect(driver.actions == ["GET / 0", "closeSending"])
    }

    @Test("answers that come late or twice are ignored")
    func strayAnswers() {
        var driver = MachineDriver()
        driver.respond()
        driver.write("x")
        driver.endStream()
        #expect(driver.take() == "")
        driver.receive(get)
        driver.respond()
        driver.respond("again")
        #expect(driver.take().hasSuffix("\r\n\r\nok"))
    }
}
