import HTTPTypes
import Testing

@testable import HTTPServer

/// Well-formed input and what it means.
struct AcceptedCase: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    let requests: [String]

    var testDescription: String { name }

    init(_ name: String, _ input: String, _ requests: String...) {
        self.name = name
        self.input = input
        self.requests = requests
    }

    static let all = [
        AcceptedCase("the smallest", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET [] ? 1.1 "),
        AcceptedCase(
            "a POST without framing has no body",
            "POST /x HTTP/1.1\r\nHost: a\r\n\r\n",
            #"POST ["x"] ? 1.1 "#
        ),
        AcceptedCase(
            "a GET may name a type",
            "GET /x HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n\r\n",
            #"GET ["x"] ? 1.1 "#
        ),
        AcceptedCase("HTTP/1.0 without Host", "GET /x HTTP/1.0\r\n\r\n", #"GET ["x"] ? 1.0 "#),
        AcceptedCase("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET [] ? 1.1 "),
        AcceptedCase("an IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET [] ? 1.1 "),
        AcceptedCase("one empty line before", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET [] ? 1.1 "),
        AcceptedCase(
            "an escaped slash stays in its segment",
            "GET /a%2Fb/c%20d/ HTTP/1.1\r\nHost: a\r\n\r\n",
            #"GET ["a/b", "c d", ""] ? 1.1 "#
        ),
        AcceptedCase(
            "dots are not collapsed",
            "GET /a/../%2e%2e/./b HTTP/1.1\r\nHost: a\r\n\r\n",
            #"GET ["a", "..", "..", ".", "b"] ? 1.1 "#
        ),
        AcceptedCase(
            "a query",
            "GET /p?a=1&b&=c&&d=x+y%2B%C3%BC&a=2 HTTP/1.1\r\nHost: a\r\n\r\n",
            #"GET ["p"] ?a=1&b=&=c&d=x y+ü&a=2 1.1 "#
        ),
        AcceptedCase("a plus in a path", "GET /a+b HTTP/1.1\r\nHost: a\r\n\r\n", #"GET ["a+b"] ? 1.1 "#),
        AcceptedCase(
            "an absolute target",
            "GET http://ex.org:80/a?b=c HTTP/1.1\r\nHost: EX.org:80\r\n\r\n",
            #"GET ["a"] ?b=c 1.1 "#
        ),
        AcceptedCase("an absolute target without path", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", "GET [] ? 1.1 "),
        AcceptedCase("an unknown method", "FROB / HTTP/1.1\r\nHost: a\r\n\r\n", "FROB [] ? 1.1 "),
        AcceptedCase(
            "a body by length",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
            "POST [] ? 1.1 hello"
        ),
        AcceptedCase("an empty body", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "PUT [] ? 1.1 "),
        AcceptedCase(
            "a GET with a body",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
            "GET [] ? 1.1 hi"
        ),
        AcceptedCase(
            "chunks, extensions and trailers",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "5;a=\"b c\"\r\nhello\r\n00A\r\n, chunked!\r\n0\r\nX-Sum: 1\r\n\r\n",
            "POST [] ? 1.1 hello, chunked!"
        ),
        AcceptedCase(
            "white space around a value",
            "GET / HTTP/1.1\r\nHost:\t a \t\r\nX:a \t b\r\nY:\r\n\r\n",
            "GET [] ? 1.1 "
        ),
        AcceptedCase(
            "three in a row",
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
                + "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
            #"GET ["1"] ? 1.1 "#,
            #"POST ["2"] ? 1.1 x"#,
            #"GET ["3"] ? 1.1 "#
        ),
        AcceptedCase("an incomplete one", "GET / HTTP/1.1\r\nHost: a\r\n"),
        AcceptedCase("nothing", ""),
    ]
}

@Suite("Accepted requests")
struct AcceptedRequestTests {
    @Test("mean the same however they are cut", arguments: AcceptedCase.all)
    func accepted(_ example: AcceptedCase) {
        let bytes = Array(example.input.utf8)
        let whole = ParserRun(whole: bytes)
        #expect(whole.requests == example.requests)
        #expect(whole.fault == nil)
        #expect(whole.ends.last == (example.requests.isEmpty ? nil : bytes.count))
        for cut in bytes.indices {
            #expect(ParserRun([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
        }
        #expect(ParserRun(byteByByte: bytes) == whole)
    }

    @Test("carry their header fields, in order and without the white space around values")
    func fields() throws {
        let (head, _) = try RequestParser.first(
            of: "GET / HTTP/1.1\r\nHost: a\r\nX-B: 1\r\nx-a:  ü \r\nX-B: 2\r\n\r\n"
        )
        #expect(head.fields[values: HTTPField.Name("x-b")!] == ["1", "2"])
        #expect(head.fields[HTTPField.Name("X-A")!] == "ü")
        #expect(head.host == "a")
    }

    @Test(
        "say whether the connection goes on",
        arguments: [
            ("HTTP/1.1\r\nHost: a", true), ("HTTP/1.1\r\nHost: a\r\nConnection: Close", false),
            ("HTTP/1.1\r\nHost: a\r\nConnection: x, close", false), ("HTTP/1.0", false),
            ("HTTP/1.0\r\nConnection: Keep-Alive", true), ("HTTP/1.0\r\nConnection: keep-alive, close", false),
        ]
    )
    func keepAlive(_ rest: String, _ expected: Bool) throws {
        #expect(try RequestParser.first(of: "GET / \(rest)\r\n\r\n").0.keepAlive == expected)
    }

    @Test("say whether 100 Continue is waited for")
    func expectations() throws {
        let body = "Content-Length: 1\r\n\r\nx"
        let post = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n"
        #expect(try RequestParser.first(of: post + body).0.expectsContinue)
        // An HTTP/1.0 client could not read it, and without a body there is nothing to wait for.
        #expect(
            try !RequestParser.first(of: "POST / HTTP/1.0\r\nExpect: 100-continue\r\n" + body).0.expectsContinue
        )
        #expect(
            try !RequestParser.first(of: "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n").0.expectsContinue
        )
    }
}
