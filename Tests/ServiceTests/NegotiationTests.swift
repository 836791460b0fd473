import HTTPTypes
import JSONTree
import Testing

@Suite("Forms of bodies and answers", .timeLimit(.minutes(5)))
struct NegotiationTests {
    @Test(
        "Accept chooses the form; of equals the first, and the query before all",
        arguments: [
            ("", nil, "application/json"), ("", "*/*", "application/json"), ("", "text/csv", "text/csv; charset=utf-8"),
            ("", "application/x-ndjson", "application/x-ndjson"), ("", "application/*", "application/json"),
            ("", "text/*, application/json;q=0.9", "text/csv; charset=utf-8"),
            ("", "application/json;q=0.1, */*;q=0.2", "text/csv; charset=utf-8"),
            ("", "text/html, application/xhtml+xml, */*;q=0.8", "application/json"),
            ("", "TEXT/CSV ; charset=utf-8 ; q=1.000", "text/csv; charset=utf-8"),
            ("", "application/json;q=0, text/csv;q=0.001", "text/csv; charset=utf-8"),
            ("", "nonsense", "application/json"), ("", "", "application/json"), ("", "a/b;q=x", "application/json"),
            ("?format=csv", "application/json", "text/csv; charset=utf-8"),
            ("?format=json", "*/*", "application/json"),
        ] as [(String, String?, String)]
    )
    func accept(query: String, accept: String?, form: String) async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            let fields: HTTPFields = accept.map { [.accept: $0] } ?? [:]
            for target in ["/train/1/metrics", "/params"] {
                let reply = await counter.get(target + query, fields: fields)
                #expect(reply.status == 200, "\(reply.text)")
                #expect(reply.fields[.contentType] == form)
            }
        }
    }

    @Test("a client that takes nothing of what there is gets 406, before anything is done")
    func notAcceptable() async throws {
        try await Counter.open { counter in
            for (method, target, accept) in [
                (HTTPRequest.Method.get, "/train", "text/html"), (.get, "/train/1", "text/csv"),
                (.get, "/train/1/metrics", "text/html, image/*"), (.get, "/params", "application/json;q=0, text/html"),
                (.get, "/train/1/sql", "application/json"), (.post, "/train", "text/csv"), (.delete, "/train/1", "a/b"),
                (.get, "/healthz", "*/*;q=0"),
            ] {
                let reply = await counter.ask(method, target, fields: [.accept: accept])
                try expectProblem(reply, 406, "not_acceptable", field: "Accept", hasHint: true)
            }
            #expect(try await counter.get("/train").json["runs"] == [])
        }
    }

    @Test(
        "a body is JSON, whatever curl calls it",
        arguments: [
            (nil, 202), ("application/json", 202), ("application/json; charset=utf-8", 202),
            ("Application/JSON;charset=\"UTF-8\"", 202), ("application/x-www-form-urlencoded", 202),
            ("text/plain", 415), ("application/xml", 415), ("multipart/form-data; boundary=x", 415),
            ("application/jsonx", 415),
        ] as [(String?, Int)]
    )
    func contentType(type: String?, status: Int) async throws {
        try await Counter.open { counter in
            let fields: HTTPFields = type.map { [.contentType: $0] } ?? [:]
            let reply = await counter.post("/train", #"{"max_iter": 3}"#, fields: fields)
            #expect(reply.status == status, "\(reply.text)")
            if status == 415 {
                try expectProblem(reply, 415, "unsupported_media_type", field: "Content-Type", hasHint: true)
                #expect(reply.fields[.accept] == "application/json")
            }
            // Nothing is sent, so nothing is of the wrong type.
            #expect(await counter.post("/train", "", fields: fields).status == 202)
        }
    }

    @Test("a form is no JSON: 415 and not the place where it is not")
    func form() async throws {
        try await Counter.open { counter in
            for target in ["/train", "/predict"] {
                let reply = await counter.post(
                    target,
                    "max_iter=3",
                    fields: [.contentType: "application/x-www-form-urlencoded"]
                )
                try expectProblem(reply, 415, "unsupported_media_type", field: "Content-Type")
            }
            let slip = await counter.post(
                "/train",
                " {\"max_iter\": 3,",
                fields: [.contentType: "application/x-www-form-urlencoded"]
            )
            try expectProblem(slip, 400, "malformed_json", detail: "line 1")
            let patch = await counter.ask(
                .patch,
                "/train/1",
                "{}",
                fields: [.contentType: "application/merge-patch+json"]
            )
            #expect(patch.status == 404, "read, and no such run")
        }
    }

    @Test("the next page is named in the field Link too, with all the other options")
    func link() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained(["tags": ["a b", "a b&c"]])
            _ = try await counter.trained(["tags": ["a b"]])
            let link = try #require(HTTPField.Name("Link"))
            #expect(
                await counter.get("/train?limit=1&before=9").fields[link] == "</train?limit=1&before=2>; rel=\"next\""
            )
            #expect(await counter.get("/train?limit=2").fields[link] == nil)
            #expect(
                await counter.get("/train?tag=a b&limit=1").fields[link]
                    == "</train?tag=a%20b&limit=1&before=2>; rel=\"next\""
            )
            #expect(
                await counter.get("/params?run=1&from=2&format=csv&limit=3").fields[link]
                    == "</params?run=1&format=csv&limit=3&from=5>; rel=\"next\""
            )
            // From one link to the next, to the end.
            var target = "/train/1/metrics?format=ndjson&limit=4"
            var epochs: [Int?] = []
            while true {
                let page = await counter.get(target)
                epochs += try page.lines.map { $0["epoch"]?.intValue }
                guard let field = page.fields[link] else { break }
                target = String(try #require(field.firstMatch(of: /^<(.*)>; rel="next"$/)).1)
            }
            #expect(epochs == Array(0...10))
        }
    }

    @Test("OPTIONS names the methods")
    func options() async throws {
        try await Counter.open { counter in
            for (target, allowed) in [
                ("/train", "GET, HEAD, POST, OPTIONS"), ("/train/7", "GET, HEAD, PATCH, DELETE, OPTIONS"),
                ("/predict", "POST, OPTIONS"), ("/healthz", "GET, HEAD, OPTIONS"),
            ] {
                let reply = await counter.ask(.options, target)
                #expect(reply.status == 204)
                #expect(reply.fields[.allow] == allowed)
                #expect(reply.text.isEmpty)
            }
            try expectProblem(await counter.ask(.options, "/nowhere"), 404, "not_found", hasHint: true)
        }
    }
}
