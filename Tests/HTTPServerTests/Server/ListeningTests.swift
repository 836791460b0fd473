import Foundation
import Logging
import Testing

@testable import HTTPServer

@Suite("Listening")
struct ListeningTests {
    @Test(
        "addresses are read and written the same way",
        arguments: [
            ("127.0.0.1:8080", true), ("localhost:0", true), ("0.0.0.0:80", false), ("[::1]:8080", true),
            ("[::]:8080", false), ("10.1.2.3:1", false), ("127.9.9.9:1", true), ("[::ffff:127.0.0.1]:1", true),
            ("[::ffff:10.0.0.1]:1", false), ("unix:/run/x.sock", true),
        ]
    )
    func addresses(_ text: String, _ isLoopback: Bool) throws {
        let address = try ListenAddress(parsing: text)
        #expect(address.description == text)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(
        "addresses that mean nothing say what is wrong",
        arguments: [
            ("", "port is missing"), ("8080", "port is missing"), ("127.0.0.1:", "not a number"),
            ("127.0.0.1:65536", "not a number"), ("127.0.0.1:+1", "not a number"), (":8080", "host is missing"),
            ("example.org:80", "neither an IP address"), ("::1:8080", "in brackets"), ("[127.0.0.1]:80", "in brackets"),
            ("unix:", "path of the socket is missing"), ("unix:/" + String(repeating: "a", count: 107), "108 bytes"),
        ]
    )
    func badAddresses(_ text: String, _ part: String) {
        let error = #expect(throws: ListenError.self) { try ListenAddress(parsing: text) }
        #expect(error?.description.contains(part) == true, "\(String(describing: error))")
    }

    @Test("a port in use is named, with a way out")
    func portInUse() async throws {
        try await withServer { address, _ in
            let error = await #expect(throws: ListenError.addressInUse(address)) { try await listen(address) }
            #expect(
                error?.description
                    == "cannot listen on \(address): another program uses this port. "
                    + "Choose another address with --listen, or port 0 for any free one"
            )
        }
    }

    @Test("an address of another machine is refused, and so is a second start")
    func otherErrors() async throws {
        let foreign = try ListenAddress(parsing: "192.0.2.1:0")
        await #expect(throws: ListenError.addressNotAvailable(foreign)) { try await listen(foreign) }
        try await withServer { _, server in
            await #expect(throws: ListenError.alreadyStarted) { _ = try await server.start() }
        }
    }

    @Test("IPv6 works like IPv4")
    func ipv6() async throws {
        try await withServer(
            on: .tcp(host: "::1", port: 0),
            handler: { HTTPServerResponse(status: .ok, body: .bytes(Array($0.remoteAddress.utf8))) }
        ) { address, _ in
            let answer = try await offPool { try fetch(address) }
            #expect(answer.text.hasPrefix("[::1]:"))
        }
    }

    @Test("a unix socket is for its owner only, and gone after the stop")
    func unixSocket() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/s"
            try await withServer(on: .unix(path: path)) { address, _ in
                #expect(address == .unix(path: path))
                var status = stat()
                #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
                let answer = try await offPool { try fetch(address, "/u") }
                #expect(answer.text == "GET /u ")
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("a client is counted by its address, or by its user on a unix socket")
    func clients() async throws {
        let handler: Handler = { HTTPServerResponse(status: .ok, body: .bytes(Array($0.client.utf8))) }
        try await withServer(handler: handler) { address, _ in
            let client = try await offPool { try fetch(address).text }
            #expect(client == "127.0.0.1")
        }
        try await withTemporaryDirectory { directory in
            try await withServer(on: .unix(path: directory + "/s"), handler: handler) { address, _ in
                let client = try await offPool { try fetch(address).text }
                #expect(client == "unix:\(geteuid())")
            }
        }
    }

    @Test(
        "the addresses of one machine are one client",
        arguments: [
            ("192.0.2.1:4711", "192.0.2.1"), ("[::ffff:192.0.2.1]:1", "192.0.2.1"), ("unix:0", "unix:0"),
            ("[2001:db8:1:2:3:4:5:6]:80", "2001:db8:1:2::/64"), ("[2001:db8:1:2::]:81", "2001:db8:1:2::/64"),
            ("[::1]:9", "0:0:0:0::/64"),
        ]
    )
    func clientOfAddress(_ address: String, _ client: String) {
        #expect(HTTPServerRequest(remoteAddress: address).client == client)
    }

    @Test(
        "what an address is",
        arguments: [
            ("127.0.0.1", true), ("::1", true), ("::ffff:127.9.9.9", true), ("::", false), ("128.0.0.1", false),
        ]
    )
    func loopback(_ text: String, _ isLoopback: Bool) throws {
        #expect(try #require(IPAddress(text)).isLoopback == isLoopback)
        #expect(IPAddress("localhost") == nil && IPAddress("[::1]") == nil && IPAddress("127.1") == nil)
        #expect(IPAddress("::ffff:1.2.3.4") == IPAddress("1.2.3.4") && IPAddress("::") != IPAddress("0.0.0.0"))
    }

    @Test("a dead server's socket is replaced, a live one's is not, and no other file is touched")
    func staleSocket() async throws {
        try await withTemporaryDirectory { directory in
            let address = ListenAddress.unix(path: directory + "/s")
            let native = try #require(SocketAddress(path: directory + "/s"))
            let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            #expect(native.withPointer { bind(dead, $0, $1) } == 0)
            close(dead)
            try await withServer(on: address) { _, _ in
                await #expect(throws: ListenError.socketInUse(path: directory + "/s")) { try await listen(address) }
                let answer = try await offPool { try fetch(address) }
                #expect(answer.status == 200)
            }
            try "text".write(toFile: directory + "/s", atomically: true, encoding: .utf8)
            await #expect(throws: ListenError.notASocket(path: directory + "/s")) { try await listen(address) }
            #expect(try String(contentsOfFile: directory + "/s", encoding: .utf8) == "text")
            let nowhere = ListenAddress.unix(path: directory + "/no/s")
            await #expect(throws: ListenError.directoryMissing(path: directory + "/no/s")) { try await listen(nowhere) }
        }
    }

    @Test("a server that stops leaves a successor's socket alone")
    func successor() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/s"
            try await withServer(on: .unix(path: path)) { _, first in
                try FileManager.default.removeItem(atPath: path)
                try await withServer(on: .unix(path: path)) { address, _ in
                    await first.shutdown(grace: .zero)
                    let answer = try await offPool { try fetch(address) }
                    #expect(answer.status == 200)
                }
            }
        }
    }

    /// Starts a server that must not come up.
    private func listen(_ address: ListenAddress) async throws(ListenError) {
        let server = HTTPServer(
            address: address,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            handler: { echo($0) }
        )
        _ = try await server.start()
        await server.shutdown(grace: .zero)
    }
}
