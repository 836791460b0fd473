import TestSupport
import Testing

@Suite("Tables that can't be learned from", .timeLimit(.minutes(5)))
struct BadTableTests {
    static let tables = """
        CREATE TABLE customers AS SELECT i AS id, (i % 50)::float8 AS age, CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END AS plan,
            CASE WHEN i % 7 > 0 THEN i * 2.0 END AS spend, i % 2 = 0 AS churned FROM generate_series(1, 100) AS i;
        CREATE TABLE empty (a float8, y int);
        CREATE TABLE same AS SELECT i::float8 AS a, 1 AS y FROM generate_series(1, 10) AS i;
        CREATE TABLE broken AS SELECT 'NaN'::float8 AS a, i % 2 AS y FROM generate_series(1, 10) AS i;
        """

    @Test("each is refused with exit code 1 and the reason, and no snapshot stays")
    func refused() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let psql = #"psql -qAt "$PGRADIENT_DATABASE_URL" -v ON_ERROR_STOP=1"#
        let made = try await paste("\(psql) <<'END'\n\(Self.tables)\nEND\n", environment: environment)
        try #require(made.status == .exited(0), "\(made.error)")
        let cases: [(arguments: String, says: String)] = [
            ("custmers churned", "there is no table \"custmers\""),
            ("custmers churned", "hint: did you mean \"customers\"?"),
            ("nowhere.customers churned", "there is no table \"nowhere.customers\""),
            ("customers churn", "public.customers has no column \"churn\"\n  hint: did you mean \"churned\"?"),
            ("customers churned --features age,spnd", "no column \"spnd\"\n  hint: did you mean \"spend\"?"),
            (
                "customers churned --categorical age",
                "the column \"age\" of public.customers has type double precision; features of that type can't be taken for"
            ),
            ("customers churned --features age,spend", "NULLs among the 100 rows of public.customers: 14 in \"spend\""),
            ("empty y", "public.empty has no rows to learn from"),
            ("same y", "the label \"y\" of public.same has one class only: \"1\""),
            ("broken y", "NaNs or infinities in public.broken: 10 in \"a\""),
        ]
        for (text, says) in cases {
            let words = text.split(separator: " ").map(String.init)
            let ending = try await Program.run(
                ["train", "--table", words[0], "--label", words[1]] + words.dropFirst(2),
                environment: environment
            )
            #expect(ending.status == .exited(1), "\(text)")
            #expect(ending.error.contains("pgradient: ") && ending.error.contains(says), "\(text): \(ending.error)")
            // What went wrong is said once, not in a log line as well.
            #expect(!ending.error.contains("the run failed"), "\(ending.error)")
            #expect(ending.output.isEmpty)
        }
        let left = try await paste(
            "\(psql) -c \"SELECT count(*) FROM pg_class WHERE relnamespace = 'pgradient_data'::regnamespace\"",
            environment: environment
        )
        #expect(left.output == "0\n", "\(left)")
        let states = try await paste(
            "\(psql) -c 'SELECT DISTINCT state, lease_token IS NULL FROM pgradient.runs'",
            environment: environment
        )
        #expect(states.output == "failed|t\n")
    }
}
