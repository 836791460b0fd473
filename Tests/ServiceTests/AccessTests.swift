import HTTPServer
import HTTPTypes
import JSONTree
import Logging
import Service
import Synchronization
import Testing

private let site = HTTPField.Name("Sec-Fetch-Site")!
private let mode = HTTPField.Name("Sec-Fetch-Mode")!

@Suite("Access")
struct AccessTests {
    /// What the door of a daemon that is starting answers: 503 is as far as a request can get.
    private func status(
        _ method: HTTPRequest.Method = .get,
        host: String? = "localhost:8080",
        fields: HTTPFields = [:],
        listen: String = "127.0.0.1:8080",
        allowed: [String] = [],
        machine: String? = "box"
    ) async throws -> Int {
        let access = Access(
            listeningOn: try ListenAddress(parsing: listen),
            allowedHosts: allowed,
            machine: machine
        )
        let request = HTTPServerRequest(method: method, path: "/train", headerFields: fields, host: host)
        return await Reply(Door(token: nil, access: access).handle(request)).status
    }

    @Test(
        "on loopback, names that lead to this machine only are its own",
        arguments: [
            ("localhost", true), ("localhost:8080", true), ("LocalHost:1", true), ("localhost.", true),
            ("127.0.0.1:8080", true), ("127.1.2.3", true), ("[::1]:8080", true), ("[::ffff:127.0.0.1]", true),
            // A name that the attacker's name server answers with 127.0.0.1.
            ("rebind.example", false), ("rebind.example:8080", false), ("localhost.rebind.example", false),
            ("127.0.0.1.rebind.example", false), ("box", false), ("192.168.1.7:8080", false), ("0.0.0.0:8080", false),
            ("[::]", false), ("", false), (":8080", false), ("127.1", false), ("2130706433", false),
        ]
    )
    func hosts(_ host: String, _ isOwn: Bool) async throws {
        #expect(try await status(host: host) == (isOwn ? 503 : 421))
        // A name that somebody set is one more, and replaces none.
        #expect(try await status(host: host, allowed: ["train.example.org"]) == (isOwn ? 503 : 421))
    }

    @Test(
        "beyond loopback, its address, the machine's name and what was configured are its own as well",
        arguments: [
            ("192.168.1.7:8080", "192.168.1.7:8080", true), ("192.168.1.7:8080", "192.168.1.8", false),
            ("192.168.1.7:8080", "box:8080", true), ("192.168.1.7:8080", "BOX", true),
            ("192.168.1.7:8080", "train.example.org", true), ("192.168.1.7:8080", "Train.Example.org.:443", true),
            ("192.168.1.7:8080", "x.train.example.org", false), ("192.168.1.7:8080", "localhost", true),
            // Whoever listens on every address may be reached at any, and only an address proves itself.
            ("0.0.0.0:8080", "192.168.1.8", true), ("[::]:8080", "[2001:db8::1]:8080", true),
            ("0.0.0.0:8080", "rebind.example", false), ("[fd00::1]:8080", "[fd00:0:0::1]", true),
            ("[fd00::1]:8080", "[fd00::2]", false),
        ]
    )
    func hostsBeyondLoopback(_ listen: String, _ host: String, _ isOwn: Bool) async throws {
        let status = try await status(host: host, listen: listen, allowed: ["train.example.org"])
        #expect(status == (isOwn ? 503 : 421))
    }

    @Test("a unix socket takes any name, HTTP/1.0 may have none, and the probes are asked like all")
    func otherHosts() async throws {
        #expect(try await status(host: "rebind.example", listen: "unix:/run/x") == 503)
        #expect(try await status(host: nil) == 503)
        let access = Access(listeningOn: .tcp(host: "127.0.0.1", port: 1), allowedHosts: [])
        let door = Door(token: nil, access: access)
        let reply = await Reply(door.handle(HTTPServerRequest(path: "/healthz", host: "rebind.example")))
        try expectProblem(reply, 421, "unknown_host", detail: "does not go by the name rebind.example", hasHint: true)
        #expect(try reply.json["hint"]?.stringValue?.contains("--allowed-host") == true)
    }

    @Test(
        "what changes something comes from a page of the daemon, or from no page",
        arguments: [
            // curl, a script.
            ([:], true),
            ([.origin: "http://localhost:8080"], true),
            ([.origin: "http://LOCALHOST:8080"], true),
            ([.origin: "http://localhost:8080", site: "same-origin"], true),
            ([site: "same-origin"], true), ([site: "none"], true),
            // Another port is another program.
            ([.origin: "http://localhost:3000"], false), ([.origin: "http://localhost"], false),
            ([.origin: "https://localhost:8080"], true),
            ([.origin: "http://127.0.0.1:8080"], false), ([.origin: "http://evil.example"], false),
            ([.origin: "http://localhost:8080.evil.example"], false),
            ([.origin: "http://evil.example:8080"], false), ([.origin: "null"], false), ([.origin: ""], false),
            ([.origin: "file://localhost:8080"], false), ([.origin: "localhost:8080"], false),
            ([.origin: "http://u@localhost:8080"], false),
            ([.origin: "http://localhost:8080, http://evil.example"], false),
            ([site: "cross-site"], false), ([site: "same-site"], false),
            ([site: "cross-site", mode: "navigate"], false),
        ] as [(HTTPFields, Bool)]
    )
    func origins(_ fields: HTTPFields, _ isOwn: Bool) async throws {
        for method in [HTTPRequest.Method.post, .delete, .patch, .put, .init("FROB")!] {
            let status = try await status(method, fields: fields)
            #expect(status == (isOwn ? 503 : 403), "\(method) \(fields)")
        }
    }

    @Test("behind a proxy the configured names are pages of the daemon, on any scheme and port")
    func originsBehindProxy() async throws {
        let allowed = ["train.example.org"]
        for listen in ["127.0.0.1:8080", "unix:/run/x"] {
            for host in ["localhost:8080", "train.example.org"] {
                func status(_ origin: String) async throws -> Int {
                    try await self.status(
                        .post,
                        host: host,
                        fields: [.origin: origin],
                        listen: listen,
                        allowed: allowed
                    )
                }
                #expect(try await status("https://train.example.org") == 503)
                #expect(try await status("https://train.example.org:8443") == 503)
                #expect(try await status("https://evil.example") == 403)
            }
        }
        // A proxy that passes the name on needs no setting on a unix socket.
        let fields: HTTPFields = [.origin: "https://any.example"]
        #expect(try await status(.post, host: "any.example", fields: fields, listen: "unix:/run/x") == 503)
        #expect(try await status(.post, host: "any.example:443", fields: fields, listen: "unix:/run/x") == 503)
        #expect(try await status(.post, host: "any.example:80", fields: fields, listen: "unix:/run/x") == 403)
    }

    @Test("reading: no page of another site may embed it, a person may follow a link, and no answer allows CORS")
    func reading() async throws {
        #expect(try await status(fields: [site: "cross-site", mode: "no-cors"]) == 403)
        #expect(try await status(fields: [site: "cross-site", mode: "cors", .origin: "http://evil.example"]) == 403)
        #expect(try await status(fields: [site: "cross-site"]) == 403)
        #expect(try await status(.head, fields: [site: "cross-site", mode: "no-cors"]) == 403)
        #expect(try await status(fields: [site: "cross-site", mode: "navigate"]) == 503)
        #expect(try await status(fields: [site: "same-origin", mode: "cors"]) == 503)
        #expect(try await status(fields: [site: "none", mode: "navigate"]) == 503)
        let access = Access(listeningOn: .tcp(host: "127.0.0.1", port: 8080), allowedHosts: [])
        let request = HTTPServerRequest(
            path: "/train",
            headerFields: [.origin: "http://evil.example"],
            host: "localhost:8080"
        )
        let reply = await Reply(Door(token: nil, access: access).handle(request))
        #expect(reply.status == 503)
        let foreign = reply.fields.filter { $0.name.canonicalName.hasPrefix("access-control-") }
        #expect(foreign.isEmpty)
        let post = HTTPServerRequest(
            method: .post,
            path: "/train",
            headerFields: [.origin: "http://evil.example"],
            host: "localhost:8080"
        )
        try expectProblem(
            await Reply(Door(token: nil, access: access).handle(post)),
            403,
            "foreign_origin",
            detail: "a page of another site",
            hasHint: true
        )
    }

    @Test("names that could be configured", arguments: ["train.example.org", "box", "127.0.0.1", "fd00::1", "a_b-c."])
    func hostNames(_ name: String) { #expect(Access.isHost(name)) }

    @Test("and what could not", arguments: ["", "https://a", "a:80", "[::1]", "a/b", "*", "ä", "a b"])
    func noHostNames(_ name: String) { #expect(!Access.isHost(name)) }
}

@Suite("Wrong tokens")
struct TokenTests {
    private static let token = "0123456789-abcdefghij"

    @Test("wait before they are refused; a missing one and the right one don't")
    func pause() async throws {
        let pauses = Mutex<[Duration]>([])
        let door = Door(token: Self.token) { pause in pauses.withLock { $0.append(pause) } }
        func ask(_ field: String?) async -> Int {
            let fields: HTTPFields = field.map { [.authorization: $0] } ?? [:]
            return await Reply(door.handle(HTTPServerRequest(path: "/train", headerFields: fields))).status
        }
        #expect(await ask(nil) == 401)
        #expect(await ask("Bearer \(Self.token)") == 503)
        #expect(pauses.withLock { $0.isEmpty })
        for wrong in [
            "Bearer \(Self.token)x", "Bearer \(Self.token)\(Self.token)", "Bearer \(Self.token.dropLast())", "Bearer",
            "Bearer x", "Basic \(Self.token)", "Bearer 1123456789-abcdefghij", "Bearer 0123456789-abcdefghik",
        ] {
            #expect(await ask(wrong) == 401, "\(wrong)")
        }
        #expect(pauses.withLock { $0 } == Array(repeating: .milliseconds(300), count: 8))
    }

    @Test("are told in the log, and don't fill it; the token is not in it")
    func logged() async throws {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in
            Recorder { line in lines.withLock { $0.append(line) } }
        }
        let door = Door(token: Self.token, logger: logger) { _ in }
        for number in 0..<50 {
            let request = HTTPServerRequest(
                path: "/train",
                headerFields: [.authorization: "Bearer guess \(number)"],
                remoteAddress: "192.0.2.1:4711"
            )
            #expect(await Reply(door.handle(request)).status == 401)
        }
        let log = lines.withLock { $0 }
        #expect(log.count == 1)
        #expect(log.first?.contains("wrong token") == true && log.first?.contains("192.0.2.1") == true)
        #expect(!log.joined().contains("guess") && !log.joined().contains(Self.token))
    }
}

/// Hands log lines to a test.
private struct Recorder: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    let record: @Sendable (String) -> Void

    init(_ record: @escaping @Sendable (String) -> Void) { self.record = record }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { record("\(event.message) \(event.metadata ?? [:])") }
}
