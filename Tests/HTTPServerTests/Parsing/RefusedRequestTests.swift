import HTTPTypes
import Testing

@testable import HTTPServer

/// Input that must be refused, and with which status.
struct RefusedCase: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    let status: Int

    var testDescription: String { name }

    init(_ status: Int, _ name: String, _ input: String) {
        self.name = name
        self.input = input
        self.status = status
    }

    /// A request with these lines after the Host.
    static func get(_ status: Int, _ name: String, _ lines: String) -> RefusedCase {
        RefusedCase(status, name, "GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n")
    }

    static func post(_ status: Int, _ name: String, _ lines: String, body: String = "hello") -> RefusedCase {
        RefusedCase(status, name, "POST / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n\(body)")
    }

    static func chunks(_ status: Int, _ name: String, _ body: String) -> RefusedCase {
        post(status, name, "Transfer-Encoding: chunked", body: body)
    }

    static func target(_ status: Int, _ name: String, _ target: String) -> RefusedCase {
        RefusedCase(status, name, "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
    }

    static let lines = [
        RefusedCase(400, "a bare line feed ends the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        RefusedCase(400, "a bare line feed ends a field", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
        RefusedCase(400, "a bare line feed ends the header", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        RefusedCase(400, "a bare carriage return in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"),
        RefusedCase(400, "a bare carriage return in the target", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedCase(400, "two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedCase(400, "white space before", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedCase(400, "a TLS greeting", "\u{16}\u{3}\u{1}"),
        RefusedCase(400, "two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedCase(400, "a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedCase(400, "a tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedCase(400, "a space at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        RefusedCase(400, "no version (HTTP/0.9)", "GET /\r\n\r\n"),
        RefusedCase(400, "a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        RefusedCase(400, "a lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n"),
        RefusedCase(400, "a version with two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
        RefusedCase(505, "HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        RefusedCase(505, "HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        RefusedCase(505, "HTTP/0.9 by name", "GET / HTTP/0.9\r\nHost: a\r\n\r\n"),
    ]

    static let targets = [
        target(400, "asterisk-form", "*"),
        target(400, "authority-form", "a:80"),
        target(400, "a relative path", "a/b"),
        target(400, "https", "https://a/"),
        target(400, "an absolute target without host", "http:///x"),
        target(400, "user information", "http://u@a/"),
        target(400, "another host than the Host field", "http://b/"),
        target(400, "a fragment", "/a#b"),
        target(400, "a raw non-ASCII byte", "/ü"),
        target(400, "a raw control byte", "/\u{7f}"),
        target(400, "a raw NUL", "/\0"),
        target(400, "a cut escape", "/a%2"),
        target(400, "a lone percent sign", "/%"),
        target(400, "an escape that is not hexadecimal", "/%zz"),
        target(400, "a signed escape", "/%+1"),
        target(400, "an escaped NUL", "/a%00b"),
        target(400, "an escaped NUL in the query", "/?a=%00"),
        target(400, "escapes that are not UTF-8", "/%ff"),
        target(400, "an overlong slash", "/%c0%af"),
        target(400, "a surrogate", "/?%ed%a0%80"),
    ]

    static let fields = [
        RefusedCase(400, "no Host", "GET / HTTP/1.1\r\n\r\n"),
        RefusedCase(400, "two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        RefusedCase(400, "two Hosts with HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n"),
        RefusedCase(400, "a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        RefusedCase(400, "a Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
        RefusedCase(400, "a list of Hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        RefusedCase(400, "a Host with a bad port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"),
        RefusedCase(400, "a Host with an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
        get(400, "a space before the colon", "X : a"),
        get(400, "a tab before the colon", "Content-Length\t: 0"),
        get(400, "a folded line", "X: a\r\n b"),
        get(400, "a line folded by a tab", "X: a\r\n\tb"),
        get(400, "a first line that is folded", " X: a"),
        get(400, "no colon", "X"),
        get(400, "no name", ": a"),
        get(400, "a name that is no token", "X(: a"),
        get(400, "a name that is not ASCII", "Xü: a"),
        get(400, "a NUL in a value", "X: a\0b"),
        get(400, "an escape in a value", "X: \u{1b}[31m"),
        get(400, "a DEL in a value", "X: \u{7f}"),
        get(417, "an unknown expectation", "Expect: 200-ok"),
        get(417, "two expectations", "Expect: 100-continue\r\nExpect: 100-continue"),
        get(431, "too many fields", (0..<100).map { "X\($0): a" }.joined(separator: "\r\n")),
        get(431, "too long a field", "X: " + String(repeating: "a", count: 16 * 1024)),
        get(
            431,
            "too long fields together",
            (0..<17).map { "X\($0): " + String(repeating: "a", count: 1000) }.joined(separator: "\r\n")
        ),
        RefusedCase(414, "too long a target", "GET /" + String(repeating: "a", count: 8192)),
        RefusedCase(400, "too long a method", String(repeating: "A", count: 9000)),
    ]

    static let framing = [
        RefusedCase(411, "a type without framing", "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n\r\n"),
        RefusedCase(411, "an encoding without framing", "PUT / HTTP/1.0\r\nContent-Encoding: gzip\r\n\r\n"),
        RefusedCase(
            411,
            "an expectation without framing",
            "PATCH / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"
        ),
        post(400, "both lengths", "Content-Length: 5\r\nTransfer-Encoding: chunked", body: "0\r\n\r\n"),
        post(400, "both lengths, turned", "Transfer-Encoding: chunked\r\nContent-Length: 5", body: "0\r\n\r\n"),
        post(400, "the same length twice", "Content-Length: 5\r\nContent-Length: 5"),
        post(400, "two lengths", "Content-Length: 5\r\ncontent-length: 6"),
        post(400, "a list of lengths", "Content-Length: 5, 5"),
        post(400, "a signed length", "Content-Length: +5"),
        post(400, "a negative length", "Content-Length: -5"),
        post(400, "a hexadecimal length", "Content-Length: 0x5"),
        post(400, "a length with a fraction", "Content-Length: 5.0"),
        post(400, "a length with a space inside", "Content-Length: 5 5"),
        post(400, "an empty length", "Content-Length:"),
        post(400, "a length in other digits", "Content-Length: ٥"),
        post(413, "a length above the limit", "Content-Length: 1048577"),
        post(413, "a length beyond any integer", "Content-Length: 99999999999999999999999999"),
        post(501, "an unknown coding", "Transfer-Encoding: gzip"),
        post(501, "an unknown coding before chunked", "Transfer-Encoding: gzip, chunked"),
        post(501, "identity", "Transfer-Encoding: identity"),
        post(501, "chunked with a vertical look-alike", "Transfer-Encoding: xchunked"),
        post(400, "chunked twice", "Transfer-Encoding: chunked, chunked"),
        post(400, "chunked in two fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        post(400, "chunked and not last", "Transfer-Encoding: chunked, gzip"),
        post(400, "an empty coding", "Transfer-Encoding:"),
        post(400, "an empty member", "Transfer-Encoding: chunked,"),
        RefusedCase(
            400,
            "chunked in HTTP/1.0",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
    ]

    static let chunks = [
        chunks(400, "a chunk size that is no number", "x\r\n"),
        chunks(400, "an empty chunk size", "\r\n"),
        chunks(400, "a chunk size with a prefix", "0x5\r\nhello\r\n0\r\n\r\n"),
        chunks(400, "a signed chunk size", "+5\r\nhello\r\n0\r\n\r\n"),
        chunks(400, "a space after the chunk size", "5 \r\nhello\r\n0\r\n\r\n"),
        chunks(400, "a space before the chunk size", " 5\r\nhello\r\n0\r\n\r\n"),
        chunks(400, "a bare line feed after the chunk size", "5\nhello\r\n0\r\n\r\n"),
        chunks(400, "a bare line feed after a chunk", "5\r\nhello\n0\r\n\r\n"),
        chunks(400, "a chunk longer than announced", "5\r\nhello!\r\n0\r\n\r\n"),
        chunks(400, "a control byte in an extension", "5;a=\u{1}\r\nhello\r\n0\r\n\r\n"),
        chunks(400, "too long an extension", "5;" + String(repeating: "a", count: 300) + "\r\n"),
        chunks(
            400,
            "too long extensions together",
            String(repeating: "1;" + String(repeating: "a", count: 200) + "\r\nx\r\n", count: 90)
        ),
        chunks(400, "a malformed trailer", "0\r\nX : a\r\n\r\n"),
        chunks(400, "a bare line feed after the trailers", "0\r\n\n"),
        chunks(431, "too long trailers", "0\r\nX: " + String(repeating: "a", count: 17_000)),
        chunks(413, "a chunk above the limit", "100001\r\n"),
        chunks(413, "chunks above the limit", "1\r\nx\r\n100000\r\n"),
        chunks(413, "a chunk size beyond any integer", String(repeating: "f", count: 40) + "\r\n"),
    ]

    static let all = lines + targets + fields + framing + chunks
}

@Suite("Refused requests")
struct RefusedRequestTests {
    @Test("are refused for the same reason however they are cut", arguments: RefusedCase.all)
    func refused(_ example: RefusedCase) {
        let bytes = Array(example.input.utf8)
        let whole = ParserRun(whole: bytes)
        #expect(whole.fault?.status.code == example.status, "\(whole)")
        #expect(whole.requests == [])
        // Every place where a long input can still change its meaning is near its ends.
        let cuts = bytes.count < 2000 ? Array(bytes.indices) : Array(0..<200) + Array((bytes.count - 200)..<bytes.count)
        for cut in cuts {
            #expect(ParserRun([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
        }
        #expect(ParserRun(byteByByte: bytes) == whole)
    }

    @Test("limits count to the byte")
    func limitsAreExact() {
        var limits = Limits()
        limits.requestLineBytes = 20
        limits.headerBytes = 20
        limits.bodyBytes = 4
        func fault(_ text: String) -> RequestFault? { ParserRun(whole: Array(text.utf8), limits: limits).fault }
        // "GET /234567 HTTP/1.1" has 20 bytes, and so have "Host: a\r\n" and "X-A: bcde\r\n" together.
        #expect(fault("GET /234567 HTTP/1.1\r\nHost: a\r\nX-A: bcde\r\n\r\n") == nil)
        #expect(fault("GET /2345678 HTTP/1.1\r\nHost: a\r\n\r\n") == .targetTooLong(limit: 20))
        #expect(fault("GET / HTTP/1.1\r\nHost: a\r\nX-A: bcdef\r\n\r\n") == .headerTooLarge(limit: 20))
        limits.headerBytes = 1000
        #expect(fault("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n1234") == nil)
        #expect(fault("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n") == .bodyTooLarge(limit: 4))
        let chunked = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(fault(chunked + "2\r\n12\r\n2\r\n34\r\n0\r\n\r\n") == nil)
        #expect(fault(chunked + "2\r\n12\r\n3\r\n") == .bodyTooLarge(limit: 4))
    }

    @Test("a parser that has refused goes on refusing")
    func poisoned() {
        var parser = RequestParser(limits: .default)
        parser.append(Array("GET / HTTP/1.1\n".utf8))
        #expect(throws: RequestFault.self) { _ = try parser.next() }
        parser.append(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(throws: RequestFault.self) { _ = try parser.next() }
    }
}
