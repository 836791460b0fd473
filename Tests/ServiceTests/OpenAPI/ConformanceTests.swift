import HTTPServer
import HTTPTypes
import JSONTree
import Synchronization
import Testing
import Training

@testable import Service

/// Every operation of the running application, each answer held against the document.
@Suite("The running application keeps to the OpenAPI document", .timeLimit(.minutes(5)))
struct ConformanceTests {
    /// Asks, and remembers what was answered.
    private final class Inspector: Sendable {
        let interface = OpenAPITests.interface
        let counter: Counter
        private let answered = Mutex<[String: Set<Int>]>([:])

        init(_ counter: Counter) { self.counter = counter }

        var seen: [String: Set<Int>] { answered.withLock { $0 } }

        @discardableResult
        func ask(
            _ method: HTTPRequest.Method,
            _ target: String,
            _ status: Int,
            fields: HTTPFields = [:],
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws -> Reply {
            try await ask(method, target, "", status, fields: fields, sourceLocation: sourceLocation)
        }

        @discardableResult
        func ask(
            _ method: HTTPRequest.Method,
            _ target: String,
            _ body: String,
            _ status: Int,
            fields: HTTPFields = [:],
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws -> Reply {
            let reply = await counter.ask(method, target, body, fields: fields)
            let place = "\(method) \(target) \(body)"
            #expect(reply.status == status, "\(place): \(reply.text)", sourceLocation: sourceLocation)
            guard let operation = interface.operation(method, target) else {
                // No operation, or none by this method.
                #expect([404, 405].contains(reply.status), "\(place)", sourceLocation: sourceLocation)
                return reply
            }
            let faults = interface.faults(operation, reply, isHead: method == .head)
            #expect(faults == [], "\(place)", sourceLocation: sourceLocation)
            answered.withLock { _ = $0[operation.id, default: []].insert(reply.status) }
            return reply
        }
    }

    @Test("every answer that goes well, and the refusals that a client can meet")
    func everything() async throws {
        try await Counter.open { counter in
            try await counter.script(
                """
                CREATE TABLE t AS SELECT i::float8 AS a, i * 0.5::float8 AS size, i % 3 AS k,
                    CASE WHEN i > 10 THEN 'hi' ELSE 'lo' END AS word FROM generate_series(1, 40) AS i
                """
            )
            _ = try await counter.trained(["tags": ["a"], "notes": "n", "name": "first"])
            _ = try await counter.trained([
                "source": ["table": "t"], "label": "size", "features": ["a", "word"], "early_stopping": true,
                "validation_fraction": 0.3, "n_iter_no_change": 3, "max_iter": 20, "seed": 5,
            ])
            _ = try await counter.trained([
                "source": ["table": "t", "where": ["a": [">": 3, "<": 39]]], "label": "word", "features": ["a", "k"],
                "columns": ["k": ["type": "categorical"]], "class_weight": ["hi": 2], "history": ["last": 3],
                "solver": "rmsprop", "learning_rate": "step", "batch_size": 10, "clip_norm": 1,
                "hidden_layer_sizes": [3],
                "activation": ["tanh"], "init": "normal", "max_runtime_s": 60, "shuffle": "every epoch",
            ])
            let inspector = Inspector(counter)
            try await askWell(inspector)
            try await askAtWork(inspector)
            try await askWrongly(inspector)
            try await change(inspector)
            for operation in inspector.interface.operations {
                let missing = Set(operation.successes).subtracting(inspector.seen[operation.id] ?? [])
                #expect(missing.isEmpty, "\(operation.id) was never seen to answer \(missing.sorted())")
            }
            let answers = inspector.seen.values.map(\.count).reduce(0, +)
            print("\(inspector.seen.count) operations, \(answers) kinds of answers")
        }
    }

    private func askWell(_ inspector: Inspector) async throws {
        for target in [
            "/", "/train", "/train?limit=1", "/train?before=3&limit=1&tag=a", "/train/1", "/train/2", "/train/3",
            "/train/1/metrics", "/train/2/metrics?split=validation&every=2&limit=2", "/train/1/metrics?format=csv",
            "/train/2/metrics?format=ndjson&limit=1", "/params", "/params?run=1&epoch=best", "/params?run=1&epoch=0",
            "/params?run=1&from=1", "/params?run=1&to=5&limit=2", "/params?format=csv", "/params?from=0&format=ndjson",
            "/train/1/boundary", "/train/1/boundary?size=2&points=0&epoch=best", "/train/1/evaluation",
            "/train/2/evaluation?split=validation", "/train/3/evaluation?table=t",
            "/train/1/evaluation?importance=true&repeats=2", "/train/1/sql", "/train/1/sql?shape=window&iterations=2",
            "/train/1/sql?as=function&name=f", "/tables", "/tables?search=t&limit=1", "/train?sparkline=5",
            "/describe?table=t", "/describe?table=t&label=word", "/healthz",
            "/readyz", "/metrics",
            "/openapi.json", "/train/1/events", "/train/2/events",
        ] {
            let reply = try await inspector.ask(.get, target, 200)
            if !target.contains("/events") { try await inspector.ask(.head, target, 200) }
            if let tag = reply.fields[.eTag] {
                try await inspector.ask(.get, target, 304, fields: [.ifNoneMatch: tag])
                try await inspector.ask(.head, target, 304, fields: [.ifNoneMatch: tag])
            }
        }
        try await inspector.ask(.get, "/train/1/events", 200, fields: [.accept: "application/x-ndjson"])
        try await inspector.ask(.get, "/params", 200, fields: [.accept: "text/csv"])
        for body in [
            #"{"run": 1, "rows": [{"x1": 1, "x2": 2}]}"#, #"{"run": 2, "rows": [{"a": 1, "word": "hi"}]}"#,
            #"{"rows": [{"a": 5, "k": 1}, {"a": 5, "k": 9}], "epoch": "last"}"#, #"{"rows": [], "epoch": null}"#,
        ] {
            try await inspector.ask(.post, "/predict", body, 200)
        }
        // Lines are documents of their own.
        let checker = inspector.interface.checker
        for (target, component) in [
            ("/train/1/metrics?format=ndjson", Component.metric), ("/params?from=0&format=ndjson", .paramsEntry),
        ] {
            for line in try await inspector.counter.get(target).lines {
                #expect(checker.faults(line, component.reference.json) == [], "\(target)")
            }
        }
    }

    /// Runs that are waiting and in progress look different from those that have ended.
    private func askAtWork(_ inspector: Inspector) async throws {
        try await inspector.ask(.post, "/train", #"{"max_iter": 3, "source": {"rows": 100}}"#, 202)
        try await inspector.ask(.get, "/train/4", 200)
        try await inspector.ask(.get, "/train/4/metrics", 200)
        for target in ["/params", "/train/4/sql", "/train/4/evaluation", "/params?run=4&from=0"] {
            try await inspector.ask(.get, target, target.contains("from") ? 200 : 409)
        }
        try await inspector.ask(.post, "/predict", #"{"rows": []}"#, 409)
        try await inspector.ask(.post, "/train/4/resume", "", 409)
        let (run, lease) = try await inspector.counter.training.submitAndClaim([:], owner: "test")
        try await inspector.ask(.get, "/train/\(run.id)", 200)
        try await inspector.ask(.delete, "/train/\(run.id)?purge=true", 409)
        try await inspector.ask(.delete, "/train/\(run.id)", "", 202)
        _ = lease
    }

    private func askWrongly(_ inspector: Inspector) async throws {
        let key = try #require(HTTPField.Name("Idempotency-Key"))
        for operation in inspector.interface.operations {
            let method = try #require(HTTPRequest.Method(operation.method.uppercased()))
            let path = operation.path.replacing("{id}", with: "1")
            try await inspector.ask(method, path + "?zz=1", 422)
            try await inspector.ask(method, path, 406, fields: [.accept: "image/png"])
            if operation.json["requestBody"] != nil {
                try await inspector.ask(method, path, "{", 400)
                try await inspector.ask(method, path, "<a/>", 415, fields: [.contentType: "text/xml"])
                try await inspector.ask(method, path, "[]", 422)
                try await inspector.ask(method, path, #"{"zz": 1}"#, 422)
            }
            if operation.path.contains("{id}") {
                let body = operation.method == "patch" ? "{}" : ""
                try await inspector.ask(method, operation.path.replacing("{id}", with: "99"), body, 404)
                try await inspector.ask(method, operation.path.replacing("{id}", with: "x"), body, 404)
            }
            try await inspector.ask(.put, path, 405)
            let options = await inspector.counter.ask(.options, path)
            #expect(options.status == 204 && options.fields[.allow] != nil)
        }
        try await inspector.ask(.post, "/train", "", 400, fields: [key: ""])
        try await inspector.ask(.post, "/train", "{}", 202, fields: [key: "k"])
        try await inspector.ask(.post, "/train", #"{"seed": 1}"#, 422, fields: [key: "k"])
        try await inspector.ask(.post, "/train", #"{"source": {"table": "nowhere"}, "label": "y"}"#, 422)
        let last = try #require(HTTPField.Name("Last-Event-ID"))
        try await inspector.ask(.get, "/train/1/events", 400, fields: [last: "x"])
    }

    private func change(_ inspector: Inspector) async throws {
        try await inspector.ask(.patch, "/train/1", #"{"tags": ["b"], "notes": null}"#, 200)
        try await inspector.ask(.post, "/train/1/resume", #"{"max_iter": 20}"#, 202)
        try await inspector.ask(.delete, "/train/1", "", 200)
        try await inspector.ask(.delete, "/train/1?purge=true", "", 204)
    }
}
