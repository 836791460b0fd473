import JSONTree
import Postgres
import Testing

@testable import Training

/// Tables that can't be learned from, and what is said about them.
@Suite struct RefusedDataTests {
    /// A table, a request on it, and what is said.
    struct Case: Sendable {
        var make = ""
        let body: JSON
        let code: TrainingError.Code
        var field: String?
        let says: String
    }

    private static func on(_ table: String, label: String = "y", _ options: JSON = [:]) -> JSON {
        (["source": ["table": .string(table)], "label": .string(label), "max_iter": 2] as JSON).with(options)
    }

    private func check(_ cases: [Case]) async throws {
        try await Desk.open { desk in
            for item in cases {
                try await desk.script(item.make.isEmpty ? "SELECT" : item.make)
                let refusal = try await desk.refusal(of: item.body)
                #expect(refusal.code == item.code.rawValue, "\(item.body.compact): \(refusal.text)")
                #expect(refusal.field == item.field, "\(item.body.compact): \(refusal.text)")
                #expect(refusal.text.contains(item.says), "\(item.body.compact): \(refusal.text)")
            }
        }
    }

    @Test func tables() async throws {
        let rows = "(x float8, y int); INSERT INTO"
        try await check([
            Case(
                make: "CREATE TABLE customers \(rows) customers VALUES (1, 0), (2, 1)",
                body: Self.on("custmers"),
                code: .unknownTable,
                field: "source.table",
                says: "\"customers\""
            ),
            Case(
                body: Self.on("public.custmers"),
                code: .unknownTable,
                field: "source.table",
                says: "public.customers"
            ),
            Case(
                body: Self.on("nosuch.customers"),
                code: .unknownTable,
                field: "source.table",
                says: "nosuch.customers"
            ),
            Case(body: Self.on("Customers\"; drop"), code: .unknownTable, field: "source.table", says: "double quotes"),
            Case(body: Self.on(""), code: .unknownTable, field: "source.table", says: "is not the name of a table"),
            Case(
                body: Self.on("a.b.c.d"),
                code: .unknownTable,
                field: "source.table",
                says: "is not the name of a table"
            ),
            Case(
                body: Self.on("b.public.t"),
                code: .unknownTable,
                field: "source.table",
                says: "is not the name of a table"
            ),
            Case(
                make: "CREATE INDEX customers_x ON customers (x)",
                body: Self.on("customers_x"),
                code: .unknownTable,
                field: "source.table",
                says: "no table or view"
            ),
            Case(
                make: "CREATE TABLE bare (x float8, y int)",
                body: Self.on("bare"),
                code: .emptyTable,
                field: "source",
                says: "public.bare has no rows"
            ),
            Case(
                make: "CREATE MATERIALIZED VIEW later AS SELECT 1.0 AS x, 1 AS y WITH NO DATA",
                body: Self.on("later"),
                code: .database,
                says: "has not been populated"
            ),
        ])
    }

    @Test func columns() async throws {
        try await check([
            Case(
                make: "CREATE TABLE t (height float8, width float8, word text, flag bool, y int); "
                    + "INSERT INTO t VALUES (1, 2, 'a', true, 0), (2, 3, 'b', false, 1)",
                body: Self.on("t", label: "yy"),
                code: .unknownColumn,
                field: "label",
                says: "\"y\""
            ),
            Case(
                body: Self.on("t", ["features": ["heigth"]]),
                code: .unknownColumn,
                field: "features",
                says: "\"height\""
            ),
            Case(
                body: Self.on("t", ["features": ["zzzzzzzzz"]]),
                code: .unknownColumn,
                field: "features",
                says: "its columns are height, width"
            ),
            Case(
                make: "CREATE TABLE odd (blob bytea, x float8, y int); INSERT INTO odd VALUES ('', 1, 0), ('', 2, 1)",
                body: Self.on("odd", ["features": ["blob"]]),
                code: .unsupportedColumn,
                field: "features",
                says: "\"blob\" of public.odd has type bytea"
            ),
            Case(
                body: Self.on("t", label: "word", ["features": ["width"], "task": "regression"]),
                code: .unsupportedColumn,
                field: "label",
                says: "regression needs a number"
            ),
            Case(
                body: Self.on("t", label: "width", ["features": ["height"], "task": "classification"]),
                code: .unsupportedColumn,
                field: "label",
                says: "text, integer or boolean"
            ),
            Case(
                make: "CREATE TABLE dated (x float8, y date); INSERT INTO dated VALUES (1, 'today')",
                body: Self.on("dated"),
                code: .unsupportedColumn,
                field: "label",
                says: "type date"
            ),
            Case(
                make: "CREATE TABLE alone (y int); INSERT INTO alone VALUES (1), (2)",
                body: Self.on("alone"),
                code: .missingOption,
                field: "features",
                says: "no column to learn from"
            ),
            Case(body: ["features": ["x3"]], code: .unknownColumn, field: "features", says: "\"x1\" or \"x2\""),
            Case(body: ["label": "z"], code: .unknownColumn, field: "label", says: "\"y\""),
        ])
    }

    @Test func values() async throws {
        func table(_ name: String, _ type: String, _ values: String) -> String {
            "CREATE TABLE \(name) (x \(type), z float8, y int); INSERT INTO \(name) VALUES \(values)"
        }
        try await check([
            Case(
                make: table("holes", "float8", "(1, NULL, 0), (NULL, NULL, 1), (2, 3, NULL)"),
                body: Self.on("holes"),
                code: .nullValues,
                field: "nulls",
                says: "among the 3 rows of public.holes: 1 in \"x\", 2 in \"z\", 1 in \"y\""
            ),
            Case(
                make: table("nans", "float4", "('NaN', 1, 0), ('-Infinity', 'Infinity', 1), (2, 3, 0)"),
                body: Self.on("nans"),
                code: .nonFiniteValues,
                says: "2 in \"x\", 1 in \"z\""
            ),
            Case(
                make: table("numerics", "numeric", "('NaN', 1, 0), (1, 2, 1)"),
                body: Self.on("numerics"),
                code: .nonFiniteValues,
                says: "1 in \"x\""
            ),
            Case(
                make: table("beyond", "numeric", "(1e400, 1, 0), (1, 2, 1)"),
                body: Self.on("beyond"),
                code: .valuesTooLarge,
                says: "beyond the range of float8"
            ),
            Case(
                make: table("huge", "float8", "(1, -1e120, 0), (1, 2, 1)"),
                body: Self.on("huge"),
                code: .valuesTooLarge,
                says: "\"z\" of public.huge reaches 1e+120; at most 1e+100"
            ),
            Case(
                body: Self.on("huge", label: "z", ["features": ["y"]]),
                code: .valuesTooLarge,
                says: "\"z\""
            ),
            Case(
                make: table("uniform", "float8", "(1, 1, 7), (1, 2, 7)"),
                body: Self.on("uniform"),
                code: .tooFewClasses,
                field: "label",
                says: "one class only: \"7\""
            ),
            Case(
                make: "CREATE TABLE classes AS SELECT i AS y, i::float8 AS x FROM generate_series(1, 1001) AS i",
                body: Self.on("classes", ["hidden_layer_sizes": []]),
                code: .tooManyClasses,
                field: "label",
                says: "more than 1000 classes"
            ),
            Case(
                make: table("few", "float8", "(1, 1, 0), (2, 2, 1), (3, 3, 2)"),
                body: Self.on("few", ["hidden_layer_sizes": [], "weights": .array(Array(repeating: 0, count: 6))]),
                code: .invalidOption,
                field: "weights",
                says: "weights has 6 numbers, and the network has 9"
            ),
            // Too wide only once the classes are known.
            Case(
                make: "CREATE TABLE many AS SELECT i AS y, i::float8 AS x FROM generate_series(1, 900) AS i",
                body: Self.on("many"),
                code: .tooLarge,
                field: "hidden_layer_sizes",
                says: "parameters"
            ),
            Case(
                make: "CREATE VIEW broken AS SELECT 1 / (i - 2) AS x, i AS y FROM generate_series(1, 3) AS i",
                body: Self.on("broken"),
                code: .database,
                says: "division by zero"
            ),
        ])
    }

    @Test func privileges() async throws {
        try await Desk.open { admin in
            let role = "reader_\(UInt32.random(in: 0...UInt32.max))"
            try await admin.script(
                """
                CREATE TABLE secret AS SELECT 1.5 AS x, 1 AS y;
                CREATE SCHEMA closed; CREATE TABLE closed.t AS SELECT 1.5 AS x, 1 AS y;
                CREATE VIEW through AS SELECT * FROM secret; ALTER VIEW through OWNER TO CURRENT_USER;
                CREATE ROLE \(role) LOGIN;
                GRANT ALL ON SCHEMA pgradient, pgradient_data TO \(role);
                GRANT ALL ON ALL TABLES IN SCHEMA pgradient TO \(role);
                """
            )
            let conninfo = admin.conninfo.replacing(/user=\w+/, with: "user=\(role)")
            try await Desk.open(on: conninfo) { desk in
                let table = try await desk.refusal(of: Self.on("secret"))
                #expect(table.code == "no_permission", "\(table.text)")
                #expect(table.field == "source.table")
                #expect(table.text.contains("GRANT SELECT ON \"public\".\"secret\""), "\(table.text)")
                let schema = try await desk.refusal(of: Self.on("closed.t"))
                #expect(schema.code == "no_permission", "\(schema.text)")
                #expect(schema.field == "source.table")
                #expect(schema.text.contains("closed"), "\(schema.text)")
                // The catalog lets it pass, the server does not.
                try await admin.script("GRANT SELECT ON through TO \(role); ALTER VIEW through OWNER TO \(role)")
                let view = try await desk.refusal(of: Self.on("through"))
                #expect(view.code == "no_permission", "\(view.text)")
                #expect(view.text.contains("secret"), "\(view.text)")
            }
        }
    }
}
