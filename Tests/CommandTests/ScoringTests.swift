import Foundation
import JSONTree
import TestSupport
import Testing

@Suite("predict --into and sql --as", .timeLimit(.minutes(5)))
struct ScoringTests {
    private static func learned() async throws -> [String: String] {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase(function: "scoring")]
        let made = try await paste(
            """
            psql -q "$PGRADIENT_DATABASE_URL" -c "CREATE TABLE t AS SELECT i AS id, sin(i) AS x, i % 2 = 0 AS y \
            FROM generate_series(1, 20000) AS i"
            pgradient train --table t --label y --features x --hidden 2 --max-iter 1 --seed 1 --batch-size full
            """,
            environment: environment
        )
        try #require(made.status == .exited(0), "\(made.error)")
        return environment
    }

    private static func psql(_ sql: String, _ environment: [String: String]) async throws -> String {
        let ending = try await paste(
            "psql -qAt \"$PGRADIENT_DATABASE_URL\" -v ON_ERROR_STOP=1 -c \"\(sql)\"",
            environment: environment
        )
        try #require(ending.status == .exited(0), "\(ending.error)")
        return ending.output.trimmingCharacters(in: .newlines)
    }

    @Test("a table, with progress, and again only with --replace")
    func table() async throws {
        let environment = try await Self.learned()
        let arguments = ["predict", "--run", "1", "--table", "t", "--into", "t_scored"]
        let first = try await Program.run(arguments, environment: environment)
        #expect(first.status == .exited(0), "\(first)")
        #expect(
            first.output.contains(
                /^20,000 rows of public\.t predicted by run 1, epoch 1, into public\.t_scored in \d+\.\d s, [\d,]+ rows\/s\n$/
            ),
            "\(first.output)"
        )
        #expect(first.error.contains(/\n100 %  20,000 rows  [\d,]+ rows\/s  0 s left\n$/), "\(first.error)")
        let kinds = "SELECT pg_typeof(prediction), pg_typeof(probabilities), count(*) FROM t_scored GROUP BY 1, 2"
        #expect(try await Self.psql(kinds, environment) == "boolean|double precision[]|20000")

        let again = try await Program.run(arguments, environment: environment)
        #expect(again.status == .exited(1))
        #expect(
            again.error.contains("public.t_scored is there already\n  hint: choose another name, or replace it with")
        )
        let replaced = try await Program.run(arguments + ["--replace", "--json"], environment: environment)
        #expect(replaced.status == .exited(0), "\(replaced)")
        let document = try JSON(parsing: replaced.output.utf8)
        #expect(document["rows"] == 20_000)
        #expect(document["into"] == "public.t_scored")
        let column = try await Program.run(
            ["predict", "--table", "t_scored", "--into", "twice"],
            environment: environment
        )
        #expect(column.status == .exited(1))
        #expect(column.error.contains("hint: give the predictions a prefix, as p_"), "\(column.error)")
    }

    @Test("Ctrl-C leaves no table", arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
        let environment = try await Self.learned()
        _ = try await Self.psql(
            "CREATE VIEW slow AS SELECT t.* FROM t, LATERAL pg_sleep(t.id) AS s (nap)",
            environment
        )
        let program = try Program(["predict", "--table", "slow", "--into", "s"], environment: environment)
        _ = try await program.error.line(containing: "in one statement, ")
        program.send(signal)
        let ending = try await program.finish()
        #expect(ending.status == .exited(3), "\(ending)")
        #expect(ending.output.isEmpty)
        #expect(ending.error.contains("pgradient: interrupted"))
        #expect(try await Self.psql("SELECT to_regclass('s') IS NULL", environment) == "t")
    }

    @Test("a bar on a terminal")
    func bar() async throws {
        let environment = try await Self.learned().merging(["TERM": "xterm"]) { $1 }
        let command = "'\(try Program.pgradient())' predict --table t --into s"
        let ending = try await Program(
            command: ["script", "-qec", command, "/dev/null"],
            environment: environment
        ).finish()
        #expect(ending.output.contains("████████████████████████  100 %  20,000 rows"), "\(ending.output)")
        #expect(ending.output.contains("into public.s in "))
    }

    @Test("the printed view and function run in psql")
    func texts() async throws {
        let environment = try await Self.learned()
        let ending = try await paste(
            """
            pgradient sql --run 1 --as query | psql -qAt "$PGRADIENT_DATABASE_URL" -v ON_ERROR_STOP=1 | wc -l
            pgradient sql --as view --name scores --prefix p_ | psql -qAt "$PGRADIENT_DATABASE_URL" -v ON_ERROR_STOP=1
            pgradient sql --as function --name score --epoch best | psql -qAt "$PGRADIENT_DATABASE_URL" -v ON_ERROR_STOP=1
            psql -qAt "$PGRADIENT_DATABASE_URL" -c "SELECT count(*), bool_and(s.p_prediction = f.prediction) FROM scores AS s, LATERAL score(s.x) AS f"
            """,
            environment: environment
        )
        #expect(ending.status == .exited(0), "\(ending)")
        #expect(ending.output == "20000\n20000|t\n", "\(ending)")
    }

    @Test(
        "flags that do not go together",
        arguments: [
            ("predict --table t", "--table needs --into"), ("predict --into s", "--into needs --table"),
            ("predict --replace {}", "--replace means nothing"), ("predict --prefix p {}", "--prefix means nothing"),
            ("predict --table t --into s {}", "--table and rows exclude each other"),
            ("sql --name v", "--name means nothing without --as"),
            ("sql --epoch 1", "--epoch means nothing without --as"),
            ("sql --as view --shape step", "--as prints what predicts"),
            ("sql --as view --explain", "--as prints what predicts"),
            ("sql --as table", "table"), ("predict --epoch first {}", "it must be last, best or a number"),
        ]
    )
    func usage(arguments: String, says: String) async throws {
        let ending = try await Program.run(arguments.split(separator: " ").map(String.init))
        #expect(ending.status == .exited(2), "\(ending)")
        #expect(ending.error.contains(says), "\(ending.error)")
    }
}
