import HTTPTypes
import JSONTree
import Testing

@Suite("Refused requests", .timeLimit(.minutes(5)))
struct RefusalTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let target: String
        let body: String
        let status: Int
        let code: String
        let field: String?
        let detail: String
        var testDescription: String { "\(target) \(body)" }

        init(_ target: String, _ body: String, _ status: Int, _ code: String, _ field: String?, _ detail: String) {
            (self.target, self.body, self.status) = (target, body, status)
            (self.code, self.field, self.detail) = (code, field, detail)
        }
    }

    static let bodies = [
        Case("/train", "{\"max_iter\": 3,\n \"seed\" 4}", 400, "malformed_json", nil, "line 2, column 9"),
        Case("/train", "{\"seed\": 1, \"seed\": 2}", 400, "malformed_json", nil, "line 1"),
        Case("/train", "[]", 422, "invalid_option", nil, "a training request is a JSON object, and this is an array"),
        Case("/train", #"{"max_iter": -3}"#, 422, "invalid_option", "max_iter", "max_iter is -3; it must be a whole"),
        Case("/train", #"{"max_iter": "many"}"#, 422, "invalid_option", "max_iter", "max_iter is \"many\""),
        Case("/train", #"{"learning_rate_init": -1}"#, 422, "invalid_option", "learning_rate_init", "is -1"),
        Case("/train", #"{"hidden_layer_sizes": [0]}"#, 422, "invalid_option", "hidden_layer_sizes", "contains 0"),
        Case("/train", #"{"max_itr": 3}"#, 422, "unknown_option", "max_itr", "the option \"max_itr\" is not known"),
        Case("/train", #"{"group_by": 1}"#, 422, "not_available", "group_by", "group_by 1 is not available"),
        Case("/train", #"{"nulls": "drop"}"#, 422, "invalid_option", "nulls", "error, skip, mean"),
        Case("/train", #"{"learning_rate": "adaptive", "tol": 0}"#, 422, "irrelevant_option", "tol", "and tol is 0"),
        Case(
            "/train",
            #"{"source": {"example": "moon"}}"#,
            422,
            "invalid_option",
            "source.example",
            "it is one of article, spiral, moons"
        ),
        Case(
            "/train",
            #"{"solver": "sgd", "beta1": 0.5}"#,
            422,
            "irrelevant_option",
            "beta1",
            "means nothing to solver sgd"
        ),
        Case("/train", #"{"source": {"table": "t"}}"#, 422, "missing_option", "label", "label is missing"),
        Case(
            "/train",
            #"{"source": {"table": "tt"}, "label": "y"}"#,
            422,
            "unknown_table",
            "source.table",
            "no table \"tt\""
        ),
        Case("/train", #"{"source": {"table": "t"}, "label": "z"}"#, 422, "unknown_column", "label", "no column \"z\""),
        Case(
            "/train",
            #"{"source": {"table": "t"}, "label": "y", "features": ["b"]}"#,
            422,
            "unknown_column",
            "features",
            "public.t has no column \"b\""
        ),
        Case(
            "/train",
            #"{"source": {"table": "t"}, "label": "y", "columns": {"a": {"type": "text"}}}"#,
            422,
            "invalid_option",
            "columns.a.type",
            "it is one of numeric, categorical, ignore"
        ),
        Case("/train", #"{"source": {"table": "empty"}, "label": "y"}"#, 422, "empty_table", "source", "has no rows"),
        Case("/train?dry=1", "", 422, "unknown_option", "dry", "the query option \"dry\" is not known here"),
        Case("/predict", "", 400, "malformed_json", nil, "line 1, column 1"),
        Case("/predict", "[]", 422, "invalid_option", nil, "the body is an array; it must be an object with \"rows\""),
        Case("/predict", "{}", 422, "invalid_option", "rows", "rows is missing or no array"),
        Case("/predict", #"{"rows": {}}"#, 422, "invalid_option", "rows", "rows is missing or no array"),
        Case("/predict", #"{"rows": [], "row": 1}"#, 422, "unknown_option", "row", "the option \"row\" is not known"),
        Case("/predict", #"{"rows": [], "run": "x"}"#, 422, "invalid_option", "run", "run must be"),
        Case("/predict", #"{"rows": [], "epoch": "worst"}"#, 422, "invalid_option", "epoch", "last, best or a number"),
        Case("/predict", #"{"rows": []}"#, 404, "run_not_found", nil, "there is no run yet"),
        Case("/predict", #"{"rows": [], "run": 9}"#, 404, "run_not_found", "run", "there is no run 9"),
    ]

    @Test("bodies: the status, the code, the field and the words, and no run is stored")
    func bodies() async throws {
        try await Counter.open { counter in
            try await counter.script(
                "CREATE TABLE t (a text, y int); INSERT INTO t VALUES ('x', 1); CREATE TABLE empty (a float8, y int)"
            )
            for wrong in Self.bodies {
                let reply = await counter.post(wrong.target, wrong.body)
                try expectProblem(reply, wrong.status, wrong.code, field: wrong.field, detail: wrong.detail)
            }
            #expect(try await counter.get("/train").json["runs"] == [])
        }
    }

    @Test("queries")
    func queries() async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            for (target, code, field, detail) in [
                (
                    "/train?limit=0", "invalid_option", "limit",
                    "limit is \"0\"; it must be a whole number from 1 to 1000"
                ),
                ("/train?limit=1001", "invalid_option", "limit", "1 to 1000"),
                ("/train?before=x", "invalid_option", "before", "before is \"x\""),
                ("/train?limit=1&limit=2", "invalid_option", "limit", "the query has \"limit\" twice"),
                ("/train/1/metrics?split=dev", "invalid_option", "split", "one of train, validation, test"),
                ("/train/1/metrics?every=0", "invalid_option", "every", "from 1 to 1000000"),
                ("/train/1/metrics?format=xml", "invalid_option", "format", "it must be one of json, csv, ndjson"),
                ("/train/1/metrics?after=-1", "invalid_option", "after", "after is \"-1\""),
                (
                    "/train/1/sql?shape=round", "invalid_option", "shape",
                    "it must be one of step, window, block, recursive"
                ),
                ("/train/1/sql?dialect=mysql", "not_available", "dialect", "dialect=mysql is not available"),
                ("/train/1/sql?iterations=0", "invalid_option", "iterations", "iterations is \"0\""),
                ("/params?epoch=worst", "invalid_option", "epoch", "it must be last, best or a number"),
                ("/params?run=0", "invalid_option", "run", "run is \"0\""),
                ("/params?from=3&to=1", "invalid_option", "from", "from is 3, after to, which is 1"),
                ("/params?epoch=1&from=1", "irrelevant_option", "epoch", "exclude each other"),
                ("/params?limit=3", "irrelevant_option", "limit", "one epoch is no list"),
                ("/train?limit=%2B5", "invalid_option", "limit", "whole number"),
                ("/train?limit=05", "invalid_option", "limit", "limit is \"05\""),
                ("/params?format=xml", "invalid_option", "format", "one of json, csv, ndjson"),
            ] {
                try expectProblem(await counter.get(target), 422, code, field: field, detail: detail)
            }
        }
    }

    @Test(
        "a query option nobody reads is refused wherever it stands",
        arguments: [
            "/train", "/train/1", "/train/1/events", "/train/1/metrics", "/train/1/sql", "/params", "/healthz",
            "/readyz",
        ]
    )
    func unknownQuery(target: String) async throws {
        try await Counter.open { counter in
            _ = try await counter.trained()
            let reply = await counter.get(target + "?frobnicate=1")
            try expectProblem(
                reply,
                422,
                "unknown_option",
                field: "frobnicate",
                detail: "is not known here",
                hasHint: true
            )
        }
    }

    @Test("what is not there is 404, with what is")
    func notFound() async throws {
        try await Counter.open { counter in
            for target in [
                "/nowhere", "/train/1/nowhere", "/train/1/sql/x", "/params/", "/train/1/", "/TRAIN", "/healthz/x",
            ] {
                try expectProblem(
                    await counter.get(target),
                    404,
                    "not_found",
                    detail: "there is nothing at \(target)",
                    hasHint: true
                )
            }
            for number in ["0", "-1", "01", "x", "99999999999999999999"] {
                try expectProblem(
                    await counter.get("/train/\(number)"),
                    404,
                    "run_not_found",
                    detail: "\"\(number)\"",
                    hasHint: true
                )
            }
            for target in ["/train/9", "/train/9/metrics", "/train/9/events", "/train/9/sql", "/params?run=9"] {
                try expectProblem(
                    await counter.get(target),
                    404,
                    "run_not_found",
                    field: "run",
                    detail: "no run 9",
                    hasHint: true
                )
            }
            try expectProblem(await counter.ask(.delete, "/train/9"), 404, "run_not_found", field: "run")
            try expectProblem(
                await counter.get("/params"),
                404,
                "run_not_found",
                detail: "there is no run yet",
                hasHint: true
            )
            _ = try await counter.trained()
            try expectProblem(
                await counter.get("/params?epoch=11"),
                404,
                "epoch_not_found",
                field: "epoch",
                hasHint: true
            )
        }
    }

    @Test(
        "another method is 405 and the possible ones are named",
        arguments: [
            ("/train", HTTPRequest.Method.put, "GET, HEAD, POST, OPTIONS"),
            ("/train/1", .post, "GET, HEAD, PATCH, DELETE, OPTIONS"),
            ("/train/1/events", .post, "GET, HEAD, OPTIONS"), ("/train/1/metrics", .delete, "GET, HEAD, OPTIONS"),
            ("/train/1/sql", .post, "GET, HEAD, OPTIONS"), ("/params", .post, "GET, HEAD, OPTIONS"),
            ("/predict", .get, "POST, OPTIONS"), ("/predict", .head, "POST, OPTIONS"),
            ("/healthz", .post, "GET, HEAD, OPTIONS"), ("/readyz", .post, "GET, HEAD, OPTIONS"),
            ("/train/1/resume", .get, "POST, OPTIONS"), ("/", .post, "GET, HEAD, OPTIONS"),
        ]
    )
    func methods(target: String, method: HTTPRequest.Method, allowed: String) async throws {
        try await Counter.open { counter in
            let reply = await counter.ask(method, target)
            try expectProblem(reply, 405, "method_not_allowed", detail: "\(method.rawValue) is not possible here")
            #expect(reply.fields[.allow] == allowed)
        }
    }
}
