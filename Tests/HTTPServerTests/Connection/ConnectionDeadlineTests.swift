import HTTPTypes
import Testing

@testable import HTTPServer

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite("A connection's deadlines")
struct ConnectionDeadlineTests {
    @Test("a header has ten seconds in all, dripping does not help")
    func header() {
        var driver = MachineDriver()
        driver.pass(.seconds(5))
        for byte in "GET / HT" {
            driver.receive(String(byte))
            driver.pass(.seconds(1))
        }
        #expect(driver.deadline == .seconds(15))
        driver.pass(.seconds(1))
        #expect(driver.take() == "")
        driver.pass(.seconds(1))
        let answer = driver.take()
        #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
    }

    @Test("a body has thirty seconds in all, chunk by chunk too")
    func body() {
        var driver = MachineDriver()
        driver.receive("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<29 {
            driver.receive("1\r\nx\r\n")
            driver.pass(.seconds(1))
        }
        #expect(driver.take() == "")
        driver.pass(.seconds(1))
        #expect(driver.take().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
    }

    @Test("a client that asks nothing is left without a word: after ten seconds, between requests after sixty")
    func idle() {
        var driver = MachineDriver()
        driver.pass(.seconds(10))
        #expect(driver.actions == ["close"] && driver.take() == "")
        driver = MachineDriver()
        driver.receive(get)
        #expect(driver.deadline == nil, "a handler has all the time it needs")
        driver.respond()
        _ = driver.take()
        #expect(driver.deadline == .seconds(60))
        driver.pass(.seconds(60))
        #expect(driver.actions == ["GET / 0", "close"])
    }

    @Test("a client may take nothing for thirty seconds, and slowly for ever")
    func writeStall() {
        var driver = MachineDriver()
        driver.receive(get)
        driver.pass(.seconds(100))
        driver.respond(String(repeating: "x", count: 100_000))
        for _ in 0..<10 {
            driver.pass(.seconds(29))
            _ = driver.machine.sent(1, now: driver.now)
        }
        driver.pass(.seconds(29))
        #expect(driver.actions == ["GET / 0"])
        driver.pass(.seconds(1))
        #expect(driver.actions == ["GET / 0", "close"])
    }

    @Test("an idle stream has no deadline, one that is not read has")
    func streams() {
        var driver = MachineDriver()
        driver.receive(get)
        driver.respondWithStream()
        _ = driver.take()
        #expect(driver.deadline == nil)
        driver.pass(.seconds(1000))
        driver.write("tick")
        #expect(driver.deadline == .seconds(1030))
        #expect(driver.take() == "4\r\ntick\r\n")
        driver.endStream()
        #expect(driver.take() == "0\r\n\r\n")
        #expect(driver.machine.isIdle)
    }

    @Test("a stream that fails is cut so that the client notices")
    func failedStream() {
        var driver = MachineDriver()
        driver.receive(get)
        driver.respondWithStream()
        driver.write("half")
        driver.endStream(failed: true)
        #expect(driver.take().hasSuffix("\r\n\r\n4\r\nhalf\r\n"))
        #expect(driver.actions == ["GET / 0", "closeSending"])
        driver = MachineDriver()
        driver.receive("GET / HTTP/1.0\r\n\r\n")
        driver.respondWithStream()
        driver.write("half")
        driver.endStream(failed: true)
        #expect(driver.actions == ["GET / 0", "abort"])
    }

    @Test("a client that finished sending is asked once whether it still listens")
    func halfClosedWhileHandling() {
        var driver = MachineDriver()
        driver.receive(get)
        driver.finishSending()
        #expect(!driver.machine.wantsToKnowHalfClose, "epoll would report it again and again")
        #expect(driver.deadline == .seconds(1))
        driver.pass(.seconds(1))
        #expect(driver.take() == "HTTP/1.1 102 Processing\r\n\r\n")
        #expect(driver.deadline == nil)
        driver.respond()
        #expect(driver.take().hasPrefix("HTTP/1.1 200 OK\r\n"))
        driver.receiveEnd()
        #expect(driver.actions == ["GET / 0", "close"])
    }

    @Test("a stream to a client that finished sending goes on while it says something")
    func halfClosedWhileStreaming() {
        var driver = MachineDriver()
        driver.receive(get)
        driver.respondWithStream()
        driver.finishSending()
        for _ in 0..<5 {
            driver.pass(.milliseconds(900))
            driver.write("x")
            driver.pass(.seconds(2))
            #expect(!driver.take().isEmpty)
        }
        #expect(driver.actions == ["GET / 0"])
        driver.pass(.seconds(1))
        #expect(driver.actions == ["GET / 0", "close"])
    }
}
