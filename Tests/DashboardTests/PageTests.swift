import TestSupport
import Testing

@testable import Dashboard

/// The page as the binary carries it.
@Suite("dashboard: page")
struct PageTests {
    @Test(
        "SHA-256 by the examples of FIPS 180-4 and around the length of a block",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
            (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
        ]
    )
    func sha256(message: String, expected: String) {
        let digest = SHA256.digest(of: Array(message.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            .joined()
        #expect(digest == expected)
    }

    @Test("nothing of it comes from elsewhere, and no script makes markup or code of text")
    func selfContained() throws {
        let html = String(decoding: Dashboard.page.body, as: UTF8.self)
        for (start, end) in [("<style>", "</style>"), ("<script type=\"module\">", "</script>")] {
            #expect(html.split(separator: start).count == 2)
            #expect(html.split(separator: end).count == 2)
        }
        // The only addresses in it are names of XML.
        #expect(!html.replacing("http://www.w3.org/2000/svg", with: "").contains(/https?:\/\//))
        for (name, bytes) in Dashboard.scripts {
            let text = String(decoding: bytes, as: UTF8.self)
            for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
                #expect(!text.contains(word), "\(name)")
            }
        }
    }

    @Test("its policy, and 304 for who has it")
    func headers() async throws {
        let daemon = try await Daemon(TestCluster.freshDatabase(), token: "a-token-of-some-length")
        let answer = try await daemon.ask("GET", "/")
        #expect(answer.status == 200, "the page itself needs no token")
        let policy = answer.fields["content-security-policy"] ?? ""
        #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
        #expect(policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(answer.fields["x-content-type-options"] == "nosniff")
        #expect(answer.fields["referrer-policy"] == "no-referrer")
        let tag = try #require(answer.fields["etag"])
        let second = try await daemon.ask("GET", "/", fields: ["If-None-Match": "W/\"other\", \(tag)"])
        #expect(second.status == 304)
        #expect(second.body == "")
        #expect(second.fields["content-security-policy"] == policy, "a browser takes the fields of a 304 over")
        #expect(try await daemon.ask("POST", "/", "{}").status == 405)
        #expect(try await daemon.ask("GET", "/train").status == 401)
    }
}
