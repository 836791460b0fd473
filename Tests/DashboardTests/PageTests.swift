import TestSupport
import Testing

@testable import Dashboard

/// The page as the binary carries it.
@Suite("dashboard: page")
struct PageTests {
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
