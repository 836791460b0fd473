import JSONTree
import Postgres
import SQLText
import TestSupport
import Testing

@testable import Training

/// Rows in a request, a table that is written, and text that is taken elsewhere: all of them say the same.
@Suite(.timeLimit(.minutes(5))) struct ServingTests {
    @Test(
        arguments: [
            ("word", ["nulls": "error"]), ("word", ["nulls": "mean"]), ("flag", ["nulls": "mean"]),
            ("flag", ["nulls": "skip", "loss": "logistic"]), ("number", ["nulls": "skip", "standardize": false]),
            ("size", ["nulls": "mean"]), ("size", ["nulls": "error", "hidden_layer_sizes": []]),
        ] as [(String, JSON)]
    )
    func allAgree(_ label: String, _ options: JSON) async throws {
        let elsewhere = try await TestCluster.freshDatabase(function: "elsewhere")
        try await Desk.open { desk in
            let script = OddTable.script(holes: options["nulls"] != "error")
            try await desk.script(script)
            let run = try await desk.train(OddTable.body(label, options))
            #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")

            let expected = try await Served.interpreted(OddTable.fresh, run, on: desk)
            #expect(expected.count == 43)
            // NULLs, NaN, infinity and arrays that are too short or too long, as far as nothing stands in for them.
            let silent = options["nulls"] == "mean" ? 4 : 9
            let held = options["nulls"] == "error" ? 0 : expected.dropLast(13).count { $0.numbers == nil }
            #expect(expected.count { $0.numbers == nil } == silent + held)
            // Without scaling, seconds since 1970 leave a hidden unit at its end.
            #expect(Set(expected).count > (options["standardize"] == false ? 1 : 5))
            try await Self.checkRequest(expected, run, on: desk)

            let scored = try await desk.service.score(
                run.id,
                ScoringOrder(table: "public." + OddTable.fresh, into: #""Scored ""1""""#)
            )
            #expect(scored.rows == 43 && scored.epoch == 3)
            let written = try await desk.withConnection { connection in
                try await Served.rows(#"public."Scored ""1""""#, of: run, on: connection)
            }
            Self.expect(written, expected, "--into")

            try await Self.checkTexts(expected, run, script, on: desk, elsewhere)
        }
    }

    private static func expect(_ found: [Served], _ expected: [Served], _ what: String) {
        #expect(found.count == expected.count, "\(what)")
        for (index, (found, expected)) in zip(found, expected).enumerated() where !found.isLike(expected) {
            Issue.record("\(what), row \(index): \(found), not \(expected)")
        }
    }

    /// What has no prediction in a table is refused in a request.
    private static func checkRequest(_ expected: [Served], _ run: Run, on desk: Desk) async throws {
        let rows = try await OddTable.given(on: desk)
        let (known, silent) = (
            rows.indices.filter { expected[$0].numbers != nil }, rows.indices.filter { expected[$0].numbers == nil }
        )
        let (_, predictions) = try await desk.service.predict(run.id, epoch: .chosen, rows: known.map { rows[$0] })
        expect(predictions.map { Served($0) }, known.map { expected[$0] }, "POST rows")
        for index in silent {
            await #expect(throws: TrainingError.self, "\(rows[index].compact)") {
                try await desk.service.predict(run.id, epoch: .chosen, rows: [rows[index]])
            }
        }
    }

    /// In a database that has never seen pgradient, with nothing on the search_path.
    private static func checkTexts(
        _ expected: [Served],
        _ run: Run,
        _ script: String,
        on desk: Desk,
        _ elsewhere: String
    ) async throws {
        func text(_ form: ServingForm, _ name: String? = nil) async throws -> String {
            try await desk.service.servingText(
                run.id,
                ServingOrder(form, name: name, table: "public." + OddTable.fresh)
            )
        }
        let query = try await text(.query)
        let (viewName, functionName) = (#"public."v ""1"" $$""#, #"public."f ""1"" ü""#)
        let (view, function) = (try await text(.view, viewName), try await text(.function, functionName))
        let connection = try await Connection.open(ConnectionSettings(conninfo: elsewhere), logger: quiet)
        do {
            try await connection.script(script)
            try await connection.script("SET search_path = ''")
            try await connection.script(view)
            try await connection.script(function)
            let own = String(query.dropLast(2))
            expect(try await Served.rows("(\(own)) AS q", of: run, on: connection), expected, "query")
            expect(try await Served.rows(viewName, of: run, on: connection), expected, "view")
            // The usage in the comment is meant to be copied.
            let usage = try #require(function.split(separator: "\n").first { $0.hasPrefix("-- SELECT t.*, p.* FROM") })
                .dropFirst(3).dropLast().replacing("plan ;x", with: "plan\n;x")
            expect(try await Served.rows("(\(usage)) AS q", of: run, on: connection), expected, "function")
            // Strings mean the same under the old setting.
            try await connection.script("SET standard_conforming_strings = off")
            expect(try await Served.rows("(\(own)) AS q", of: run, on: connection), expected, "old strings")
            let one = try await connection.query(
                "SELECT count(*) AS n FROM \(unsafeRaw: functionName)(\(unsafeRaw: OddTable.features.map { _ in "NULL" }.joined(separator: ", ")))"
            )
            #expect(try one[0].decode(Int.self, "n") == 1, "a row with NULLs is a row")
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    /// A condition on a view reaches the table, and the network is computed for those rows only.
    @Test func aViewOfOneRow() async throws {
        try await Desk.open { desk in
            try await desk.script(
                "CREATE TABLE t AS SELECT i AS id, i::float8 AS x, i % 2 AS y FROM generate_series(1, 5000) AS i"
            )
            try await desk.script("ALTER TABLE t ADD PRIMARY KEY (id); ANALYZE t")
            let run = try await desk.train([
                "source": ["table": "t"], "label": "y", "max_iter": 1, "hidden_layer_sizes": [2],
            ])
            let text = try await desk.service.servingText(run.id, ServingOrder(.view))
            #expect(text.contains("CREATE VIEW \"pgradient_run_\(run.id)\" AS"))
            try await desk.script(text)
            let plan = try await desk.query("EXPLAIN (COSTS off) SELECT * FROM pgradient_run_1 WHERE id = 7")
                .map { try $0.decode(String.self, at: 0) }.joined(separator: "\n")
            #expect(plan.contains("Index Scan using t_pkey"), "\(plan)")
            let one = try await desk.query("SELECT id, prediction, probability FROM pgradient_run_1 WHERE id = 7")
            #expect(one.count == 1)
        }
    }

    /// Without another word it is the epoch that the run chose.
    @Test func epochs() async throws {
        try await Desk.open { desk in
            try await desk.script(
                "CREATE TABLE t AS SELECT sin(i) AS x, (sin(i) + cos(i * 7) > 0)::int AS y FROM generate_series(1, 200) AS i"
            )
            let body: JSON = [
                "source": ["table": "t"], "label": "y", "max_iter": 30, "seed": 3, "hidden_layer_sizes": [8],
                "learning_rate_init": 0.3, "early_stopping": true, "validation_fraction": 0.3, "n_iter_no_change": 5,
            ]
            let run = try await desk.train(body)
            let best = try #require(run.bestEpoch)
            try #require(best < run.epoch)
            #expect(try await desk.service.servingText(run.id, ServingOrder(.query)).contains("epoch \(best):"))
            let scored = try await desk.service.score(run.id, ScoringOrder(table: "t", into: "s"))
            #expect(scored.epoch == best)
            let last = try await desk.service.servingText(run.id, epoch: .last, ServingOrder(.query))
            #expect(last.contains("epoch \(run.epoch):"))
        }
    }

    @Test func ofTheExample() async throws {
        try await Desk.open { desk in
            let run = try await desk.train(["source": ["example": "article", "rows": 300], "max_iter": 20])
            let text = try await desk.service.servingText(run.id, ServingOrder(.query))
            let right = try await desk.value(
                Double.self,
                "SELECT avg((prediction = y)::int)::float8 FROM (\(unsafeRaw: String(text.dropLast(2)))) AS q"
            )
            // The last bits of a sum differ, so that a row in the middle may fall to the other side.
            #expect(abs(right - (try #require(run.accuracy))) < 0.01)
        }
    }

    @Test func refusals() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE TABLE t AS SELECT i::float8 AS x, i % 2 AS y FROM generate_series(1, 20) AS i;
                CREATE TABLE u AS SELECT 'a' AS x;
                CREATE TABLE w AS SELECT 1 AS xx;
                CREATE TABLE clash AS SELECT 1.5 AS x, 2 AS probability;
                """
            )
            let run = try await desk.train([
                "source": ["table": "t"], "label": "y", "max_iter": 1, "hidden_layer_sizes": [],
            ])
            let cases: [(ServingOrder, TrainingError.Code, String, String)] = [
                (ServingOrder(.query, name: "q"), .irrelevantOption, "name", "a query has no name"),
                (ServingOrder(.view, name: "a b"), .invalidOption, "name", "no name in SQL"),
                (ServingOrder(.view, name: "a.b.c"), .invalidOption, "name", "3 parts"),
                (ServingOrder(.view, name: String(repeating: "x", count: 64)), .invalidOption, "name", "64 bytes"),
                (ServingOrder(.query, table: "nowhere"), .unknownTable, "table", "no table \"nowhere\""),
                (
                    ServingOrder(.function, table: "u"), .unsupportedColumn, "table",
                    "type text, and run 1 learned from a column of kind real"
                ),
                (ServingOrder(.query, table: "w"), .unknownColumn, "table", "did you mean \"xx\"?"),
                (ServingOrder(.view, table: "clash"), .conflict, "prefix", "\"probability\" already"),
                (ServingOrder(.view, prefix: String(repeating: "p", count: 60)), .invalidOption, "prefix", "bytes"),
            ]
            for (order, code, field, says) in cases {
                let error = await #expect(throws: TrainingError.self, "\(says)") {
                    try await desk.service.servingText(run.id, order)
                }
                #expect(error?.code == code, "\(String(describing: error))")
                #expect(error?.field == field)
                #expect(error?.description.contains(says) == true, "\(String(describing: error))")
            }
            let prefixed = try await desk.service.servingText(run.id, ServingOrder(.view, table: "clash", prefix: "p_"))
            #expect(prefixed.contains("AS \"p_probability\""))
            try await desk.script(prefixed)
        }
    }
}
