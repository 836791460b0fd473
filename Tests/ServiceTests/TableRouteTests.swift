import JSONTree
import Postgres
import TestSupport
import Testing

@Suite("Tables that can be learned from", .timeLimit(.minutes(5)))
struct TableRouteTests {
    private static let schema = """
        CREATE SCHEMA shop; CREATE SCHEMA "Odd.One";
        CREATE TABLE shop.customers AS SELECT i AS id, i * 2 AS age, 'x' AS plan FROM generate_series(1, 250) AS i;
        ALTER TABLE shop.customers DROP COLUMN plan;
        ANALYZE shop.customers;
        CREATE TABLE shop.orders (id int, total float8);
        CREATE VIEW shop.adults AS SELECT * FROM shop.customers WHERE age > 17;
        CREATE MATERIALIZED VIEW shop.summary AS SELECT count(*) AS n FROM shop.customers;
        CREATE TABLE shop.visits (at date, n int) PARTITION BY RANGE (at);
        CREATE TABLE shop.visits_2026 PARTITION OF shop.visits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        CREATE TABLE "Odd.One"."A ""b" (a int);
        CREATE SEQUENCE shop.numbers; CREATE INDEX ON shop.orders (id);
        CREATE EXTENSION IF NOT EXISTS postgres_fdw;
        CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;
        CREATE FOREIGN TABLE shop.remote (a int, b int, c int) SERVER elsewhere;
        """

    private static func names(_ reply: Reply) throws -> [String] {
        try #require(try reply.json["tables"]?.arrayValue).compactMap { $0["table"]?.stringValue }
    }

    @Test("every kind with what the catalog knows, by schema and name, without systems' and our own")
    func list() async throws {
        try await Counter.open { counter in
            #expect(try await counter.get("/tables").json == ["tables": [], "next": .null])
            _ = try await counter.trained()
            try await counter.script(Self.schema)
            let reply = await counter.get("/tables")
            #expect(reply.status == 200)
            #expect(try reply.names == ["tables", "next"])
            let tables = try #require(try reply.json["tables"]?.arrayValue)
            #expect(tables.first?.objectValue?.keys.elements == ["schema", "name", "table", "kind", "rows", "columns"])
            let rows = tables.map { table in
                ["schema", "name", "kind", "rows", "columns"].map { table[$0] ?? .null }
            }
            #expect(
                rows == [
                    ["Odd.One", #"A "b"#, "table", .null, 1], ["shop", "adults", "view", .null, 2],
                    ["shop", "customers", "table", 250, 2], ["shop", "orders", "table", .null, 2],
                    ["shop", "remote", "foreign_table", .null, 3], ["shop", "summary", "materialized_view", .null, 1],
                    ["shop", "visits", "partitioned_table", .null, 2],
                ]
            )
            let written = try Self.names(reply)
            #expect(written.prefix(2) == [#""Odd.One"."A ""b""#, "shop.adults"])
            #expect(try reply.json["next"] == .null)
            // The name as it is written here is one that the other routes take.
            try await counter.script(#"INSERT INTO "Odd.One"."A ""b" SELECT generate_series(1, 9)"#)
            let odd = try #require(written.first)
            #expect(try await counter.get("/describe?table=\(odd)").json["rows"] == 9)
        }
    }

    @Test("page by page, whatever the names, and searched")
    func pages() async throws {
        try await Counter.open { counter in
            try await counter.script(Self.schema)
            let all = try Self.names(await counter.get("/tables"))
            for limit in [1, 3, 7] {
                var (found, target): ([String], String?) = ([], "/tables?limit=\(limit)")
                while let current = target {
                    let reply = await counter.get(current)
                    let page = try Self.names(reply)
                    #expect(page.count <= limit)
                    found += page
                    target = try reply.json["next"]?.stringValue.map { "/tables?limit=\(limit)&after=\($0)" }
                }
                #expect(found == all)
            }
            // A cursor holds even if its table is gone.
            #expect(
                try Self.names(await counter.get("/tables?after=shop.p")) == [
                    "shop.remote", "shop.summary", "shop.visits",
                ]
            )
            #expect(try Self.names(await counter.get("/tables?search=CUST")) == ["shop.customers"])
            #expect(try Self.names(await counter.get("/tables?search=odd.one.a")) == [#""Odd.One"."A ""b""#])
            #expect(
                try Self.names(await counter.get("/tables?search=shop&after=shop.remote&limit=1")) == ["shop.summary"]
            )
            #expect(try Self.names(await counter.get("/tables?search=%_")) == [])
            for (query, code, field) in [
                ("limit=0", "invalid_option", "limit"), ("limit=1001", "invalid_option", "limit"),
                ("after=a..b", "invalid_option", "after"), (#"after=""#, "invalid_option", "after"),
                ("after=", "invalid_option", "after"), ("after=nodot", "invalid_option", "after"),
                ("kind=view", "unknown_option", "kind"),
            ] {
                try expectProblem(await counter.get("/tables?\(query)"), 422, code, field: field)
            }
            try expectProblem(await counter.post("/tables", ""), 405, "method_not_allowed")
        }
    }

    @Test("what the role may not read is not there")
    func privileges() async throws {
        let conninfo = try await TestCluster.freshDatabase()
        try await Counter.open(on: conninfo) { counter in
            let role = "reader_\(UInt32.random(in: 0...UInt32.max))"
            try await counter.script(
                """
                CREATE SCHEMA open; CREATE SCHEMA closed; CREATE TABLE open.yes (a int); CREATE TABLE open.no (a int);
                CREATE TABLE closed.yes (a int); CREATE ROLE \(role) LOGIN;
                GRANT USAGE ON SCHEMA open TO \(role); GRANT SELECT ON open.yes, closed.yes TO \(role);
                GRANT USAGE ON SCHEMA pgradient TO \(role); GRANT SELECT ON ALL TABLES IN SCHEMA pgradient TO \(role);
                """
            )
            #expect(try Self.names(await counter.get("/tables")) == ["closed.yes", "open.no", "open.yes"])
            try await Counter.open(on: conninfo.replacing(/user=\w+/, with: "user=\(role)")) { guest async throws in
                #expect(try Self.names(await guest.get("/tables")) == ["open.yes"])
            }
        }
    }
}
