import Glibc
import JSONTree
import Postgres
import SQLText
import Synchronization
import TestSupport
import Testing

@testable import Training

/// Tables that are scored: all rows once, in one transaction, or nothing.
@Suite(.timeLimit(.minutes(5))) struct TableScoringTests {
    private static let table = """
        CREATE TABLE t AS SELECT i AS id, sin(i) AS x, i % 2 AS y FROM generate_series(1, 30000) AS i;
        """

    private static func run(on desk: Desk) async throws -> Run {
        try await desk.script(table)
        return try await desk.train([
            "source": ["table": "t"], "label": "y", "features": ["x"], "max_iter": 1, "hidden_layer_sizes": [2],
            "seed": 1,
        ])
    }

    private static func exists(_ name: String, on desk: Desk) async throws -> Bool {
        try await desk.value(Bool.self, "SELECT to_regclass(\(name)) IS NOT NULL")
    }

    /// In parts, in one statement, and over tables that consist of others: the same rows, each once.
    @Test func everyKindOfTable() async throws {
        try await Desk.open { desk in
            let run = try await Self.run(on: desk)
            try await desk.script(
                """
                CREATE VIEW v AS SELECT * FROM t;
                CREATE MATERIALIZED VIEW m AS SELECT * FROM t;
                CREATE TABLE parts (y int, id int, x float8) PARTITION BY RANGE (id);
                CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (20000);
                -- Columns in another order, and one that was dropped.
                CREATE TABLE part_2 (gone text, x float8, id int, y int);
                ALTER TABLE part_2 DROP COLUMN gone;
                ALTER TABLE parts ATTACH PARTITION part_2 FOR VALUES FROM (20000) TO (40000);
                INSERT INTO parts (id, x, y) SELECT id, x, y FROM t;
                CREATE TABLE elder (LIKE t);
                CREATE TABLE younger () INHERITS (elder);
                INSERT INTO elder SELECT * FROM t WHERE id <= 5000;
                INSERT INTO younger SELECT * FROM t WHERE id > 5000;
                CREATE TABLE nothing (LIKE t);
                CREATE TEMPORARY TABLE elsewhere (LIKE t);
                """
            )
            for (source, parts) in [("t", true), ("v", false), ("m", true), ("parts", true), ("elder", true)] {
                let seen = Mutex<[ScoringProgress]>([])
                let order = ScoringOrder(table: source, into: "s_\(source)")
                let scored = try await desk.service.score(run.id, order) { progress in
                    seen.withLock { $0.append(progress) }
                }
                #expect(scored.rows == 30_000, "\(source)")
                let same = try await desk.value(
                    Bool.self,
                    """
                    SELECT count(*) = 30000 AND count(DISTINCT id) = 30000 AND count(prediction) = 30000
                       AND sum(hashfloat8(probability)::int8) = (SELECT sum(hashfloat8(probability)::int8) FROM s_t)
                    FROM \(Identifier(order.target))
                    """
                )
                #expect(same, "\(source)")
                let progress = seen.withLock(\.self)
                if parts {
                    #expect(progress.count > 1, "\(source)")
                    #expect(progress.last?.share == 1 && progress.last?.rows == 30_000)
                    #expect(zip(progress, progress.dropFirst()).allSatisfy { ($0.share ?? 2) < ($1.share ?? 0) })
                } else {
                    #expect(progress.allSatisfy { $0.share == nil })
                }
            }
            #expect(try await desk.service.score(run.id, ScoringOrder(table: "nothing", into: "none")).rows == 0)
            #expect(try await Self.exists("none", on: desk))
        }
    }

    @Test(arguments: ["t", "slow"]) func cancelLeavesNothing(_ source: String) async throws {
        try await Desk.open { desk in
            let run = try await Self.run(on: desk)
            try await desk.script("CREATE VIEW slow AS SELECT t.* FROM t, LATERAL pg_sleep(t.id) AS s (nap)")
            try await desk.script("CREATE TABLE scored AS SELECT 7 AS old")
            for order in [
                ScoringOrder(table: source, into: "fresh"),
                ScoringOrder(table: source, into: "scored", isReplacing: true),
            ] {
                let begun = Signal()
                let task = Task {
                    try await desk.service.score(run.id, order) { _ in
                        begun.fire()
                        // Nothing more is done before the cancellation has come.
                        while !Task.isCancelled { sched_yield() }
                    }
                }
                if source == "t" {
                    await begun.wait()
                } else {
                    try await waitUntil("the statement does not run") {
                        try await desk.value(
                            Bool.self,
                            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')"
                        )
                    }
                }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            #expect(try await !Self.exists("fresh", on: desk))
            #expect(try await desk.value(Int.self, "SELECT old FROM scored") == 7)
            let made = try await desk.value(
                Int.self,
                "SELECT count(*) FROM pg_class WHERE relname LIKE 'pgradient_scored%'"
            )
            #expect(made == 0)
        }
    }

    @Test func replacing() async throws {
        try await Desk.open { desk in
            let run = try await Self.run(on: desk)
            let order = ScoringOrder(table: "t", into: #"public."Odd ""s""""#, isReplacing: true, prefix: "p_")
            for _ in 0..<2 { #expect(try await desk.service.score(run.id, order).rows == 30_000) }
            let columns = try await desk.query("SELECT * FROM \(unsafeRaw: order.target) LIMIT 0").columns.map(\.name)
            #expect(columns == ["id", "x", "y", "p_prediction", "p_probability", "p_probabilities"])
            // Predictions of predictions, under other names.
            let again = ScoringOrder(table: order.target, into: "twice", prefix: "q_")
            #expect(try await desk.service.score(run.id, epoch: .number(0), again).epoch == 0)
        }
    }

    @Test func refusals() async throws {
        try await Desk.open { desk in
            let run = try await Self.run(on: desk)
            try await desk.script(
                """
                CREATE SCHEMA closed;
                CREATE TABLE named AS SELECT 1 AS xs;
                CREATE TABLE worded AS SELECT 'a' AS x;
                CREATE TABLE taken AS SELECT 1.5 AS x, true AS prediction;
                CREATE TABLE vast AS SELECT 1e400 AS x;
                CREATE TABLE there AS SELECT 1 AS x;
                CREATE TABLE used AS SELECT 1 AS x;
                CREATE VIEW uses AS SELECT * FROM used;
                CREATE TABLE whole AS SELECT 3 AS x;
                """
            )
            func order(_ table: String, _ target: String, replacing: Bool = false) -> ScoringOrder {
                ScoringOrder(table: table, into: target, isReplacing: replacing)
            }
            let cases: [(ScoringOrder, TrainingError.Code, String, String)] = [
                (
                    order("named", "s"), .unknownColumn, "table",
                    "public.named has no column \"x\", which run 1 learned from (did you mean \"xs\"?"
                ),
                (
                    order("worded", "s"), .unsupportedColumn, "table",
                    "has type text, and run 1 learned from a column of kind real"
                ),
                (order("taken", "s"), .conflict, "prefix", "\"prediction\" already"),
                (order("vast", "s"), .valuesTooLarge, "table", "too large for float8"),
                (order("tt", "s"), .unknownTable, "table", "there is no table \"tt\""),
                (
                    order("t", "there"), .conflict, "into",
                    "public.there is there already (choose another name, or replace it with --replace)"
                ),
                (order("t", "nowhere.s"), .unknownTable, "into", "no schema \"nowhere\""),
                (order("t", "a.b.c"), .invalidOption, "into", "3 parts"),
                (order("t", "no name"), .invalidOption, "into", "no name in SQL"),
                (order("t", ""), .invalidOption, "into", "no name in SQL"),
                (order("t", "pgradient.runs", replacing: true), .invalidOption, "into", "not for tables of yours"),
                (order("t", "public.t", replacing: true), .invalidOption, "into", "by its own rows"),
                (order("t", "uses", replacing: true), .conflict, "into", "no plain table"),
                (order("t", "used", replacing: true), .conflict, "into", "other objects depend on it"),
            ]
            for (order, code, field, says) in cases {
                let error = await #expect(throws: TrainingError.self, "\(says)") {
                    try await desk.service.score(run.id, order)
                }
                #expect(error?.code == code, "\(String(describing: error))")
                #expect(error?.field == field, "\(String(describing: error))")
                #expect(error?.description.contains(says) == true, "\(String(describing: error))")
            }
            #expect(try await !Self.exists("s", on: desk))
            // An integer is as good as another number.
            #expect(try await desk.service.score(run.id, order("whole", "s")).rows == 1)
        }
    }

    @Test func permissions() async throws {
        try await Desk.open { desk in
            let run = try await Self.run(on: desk)
            let role = "scorer_\(desk.database)"
            try await desk.script(
                """
                CREATE ROLE "\(role)";
                GRANT "\(role)" TO CURRENT_USER;
                GRANT USAGE ON SCHEMA pgradient TO "\(role)";
                GRANT SELECT ON ALL TABLES IN SCHEMA pgradient TO "\(role)";
                CREATE SCHEMA closed;
                GRANT USAGE ON SCHEMA closed TO "\(role)";
                CREATE SCHEMA open;
                GRANT ALL ON SCHEMA open TO "\(role)";
                CREATE TABLE open.other AS SELECT 1 AS a;
                CREATE TABLE secret (LIKE t);
                GRANT SELECT ON t TO "\(role)";
                """
            )
            let service = TrainingService(
                pool: Pool(
                    ConnectionSettings(conninfo: desk.conninfo + " options='-c role=\(role)'"),
                    size: 1,
                    logger: quiet
                ),
                logger: quiet
            )
            for (order, says) in [
                (ScoringOrder(table: "secret", into: "open.s"), "may not read public.secret"),
                (ScoringOrder(table: "t", into: "closed.s"), "may not make tables in the schema closed"),
                (ScoringOrder(table: "t", into: "open.other", isReplacing: true), "does not own open.other"),
            ] {
                let error = await #expect(throws: TrainingError.self) { try await service.score(run.id, order) }
                #expect(error?.code == .noPermission)
                #expect(error?.message.contains(says) == true, "\(String(describing: error))")
            }
            #expect(try await service.score(run.id, ScoringOrder(table: "t", into: "open.s")).rows == 30_000)
            await service.pool.close()
            try await desk.script("DROP OWNED BY \"\(role)\"; DROP ROLE \"\(role)\"")
        }
    }
}
