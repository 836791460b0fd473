import HTTPServer
import HTTPTypes
import JSONTree
import Testing
import Training

@Suite("ETag and If-None-Match", .timeLimit(.minutes(5)))
struct ConditionalTests {
    private func tag(_ reply: Reply) throws -> String { try #require(reply.fields[.eTag]) }

    @Test(
        "what has not changed is 304 without a body, under GET and HEAD",
        arguments: [
            "/train", "/train?limit=1", "/train/1", "/params", "/params?run=1", "/params?epoch=best", "/params?epoch=3",
            "/params?from=0&to=4", "/params?from=2&limit=1", "/params?format=csv", "/params?from=1&format=ndjson",
        ]
    )
    func unchanged(target: String) async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            _ = try await counter.trained()
            let first = await counter.get(target)
            #expect(first.status == 200)
            let tag = try tag(first)
            #expect(tag.contains(/^W\/"[A-Za-z0-9.+\/=-]+"$/), "\(tag)")
            #expect(first.fields[.cacheControl] == "private, no-cache")
            for known in [tag, String(tag.dropFirst(2)), "\"x\", \(tag)", "\"a,b\" ,\(tag),\"c\"", "*", " * "] {
                for method in [HTTPRequest.Method.get, .head] {
                    let again = await counter.ask(method, target, fields: [.ifNoneMatch: known])
                    #expect(again.status == 304, "\(known)")
                    #expect(again.text.isEmpty)
                    #expect(again.fields[.eTag] == tag)
                    #expect(again.fields[.vary] == "Accept")
                    #expect(again.fields[.contentType] == nil)
                }
            }
            // Another tag, or what is no list of tags, is no reason to leave the answer out.
            for other in ["\"x\"", "", "x", "W/", "\"open", "\(tag) x", "w/\(tag.dropFirst(2))"] {
                let again = await counter.get(target, fields: [.ifNoneMatch: other])
                #expect(again.status == 200, "\(other)")
                #expect(again.text == first.text)
                #expect(again.fields[.eTag] == tag)
            }
            #expect(try self.tag(await counter.ask(.head, target)) == tag)
        }
    }

    @Test("tags stand in several fields as well as in one")
    func severalFields() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            var fields: HTTPFields = [.ifNoneMatch: "\"a\""]
            fields.append(HTTPField(name: .ifNoneMatch, value: try tag(await counter.get("/train/1"))))
            #expect(await counter.get("/train/1", fields: fields).status == 304)
        }
    }

    @Test("forms and resources of the same rows have tags of their own")
    func forms() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            var tags: [String] = []
            for target in [
                "/params", "/params?format=csv", "/params?format=ndjson", "/params?epoch=0", "/params?epoch=1",
                "/params?from=0", "/params?from=1", "/params?from=0&limit=3", "/train/1",
            ] {
                tags.append(try tag(await counter.get(target)))
            }
            #expect(Set(tags).count == tags.count, "\(tags)")
            let csv = try tag(await counter.get("/params", fields: [.accept: "text/csv"]))
            #expect(await counter.get("/params", fields: [.ifNoneMatch: csv]).status == 200)
            #expect(await counter.get("/params", fields: [.ifNoneMatch: csv, .accept: "text/csv"]).status == 304)
        }
    }

    @Test("while a run trains every epoch has another tag, and the same tag is the same answer")
    func training() async throws {
        try await Counter.open(working: true) { counter in
            let body = #"{"source": {"example": "article", "rows": 500}, "max_iter": 100000, "shape": "step"}"#
            _ = await counter.post("/train", body)
            for target in ["/train/1", "/train", "/params"] {
                var answers: [String: String] = [:]
                var tags: [Int: Set<String>] = [:]
                while tags.count < 5 {
                    let reply = await counter.get(target)
                    guard reply.status == 200 else { continue }
                    let tag = try tag(reply)
                    if let known = answers[tag] { #expect(known == reply.text, "\(target) \(tag)") }
                    answers[tag] = reply.text
                    let json = try reply.json
                    let epoch = (json["runs"]?.arrayValue?.first ?? json)["epoch"]?.intValue ?? -1
                    tags[epoch, default: []].insert(tag)
                }
                let all = tags.values.flatMap(\.self)
                #expect(Set(all).count == all.count, "\(target) \(tags)")
            }
            _ = await counter.ask(.delete, "/train/1")
        }
    }

    @Test("a change of any kind changes the tag: words, state, one run more or less, another page")
    func changes() async throws {
        try await Counter.open { counter in
            _ = await counter.post("/train", "")
            var known = try tag(await counter.get("/train/1"))
            var list = try tag(await counter.get("/train"))
            func expectChange(_ what: String) async throws {
                #expect(await counter.get("/train/1", fields: [.ifNoneMatch: known]).status == 200, "\(what)")
                #expect(await counter.get("/train", fields: [.ifNoneMatch: list]).status == 200, "\(what)")
                known = try tag(await counter.get("/train/1"))
                list = try tag(await counter.get("/train"))
            }
            _ = await counter.ask(.patch, "/train/1", #"{"notes": "first"}"#)
            try await expectChange("notes")
            _ = await counter.ask(.delete, "/train/1")
            try await expectChange("cancelled")
            _ = await counter.post("/train/1/resume", "")
            try await expectChange("resumed")
            _ = await counter.post("/train", "")
            #expect(await counter.get("/train", fields: [.ifNoneMatch: list]).status == 200)
            // A page changes when there begins to be a next one.
            let page = try tag(await counter.get("/train?limit=2"))
            _ = await counter.post("/train", "")
            let full = try tag(await counter.get("/train?limit=2&before=3"))
            #expect(await counter.get("/train?limit=2", fields: [.ifNoneMatch: page]).status == 200)
            #expect(full == page, "the same two runs and nothing after them")
            let three = await counter.get("/train?limit=2")
            _ = await counter.ask(.delete, "/train/1?purge=true")
            #expect(await counter.get("/train?limit=2", fields: [.ifNoneMatch: try tag(three)]).status == 200)
            #expect(try await counter.get("/train?limit=2").json["next"] == .null)
        }
    }

    @Test("what is not there is 404 whatever the condition, and what is not ready 409")
    func missing() async throws {
        try await Counter.open { counter in
            for target in ["/train/9", "/params", "/params?run=9", "/params?epoch=best", "/params?run=9&from=0"] {
                #expect(await counter.get(target, fields: [.ifNoneMatch: "*"]).status == 404, "\(target)")
            }
            #expect(await counter.get("/train", fields: [.ifNoneMatch: "*"]).status == 304, "an empty list is there")
            _ = await counter.post("/train", "")
            #expect(await counter.get("/params", fields: [.ifNoneMatch: "*"]).status == 409)
            #expect(await counter.get("/train/1?x=1", fields: [.ifNoneMatch: "*"]).status == 422)
        }
    }
}
