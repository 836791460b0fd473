import Foundation
import JSONTree
import TestSupport
import Testing

@Suite("evaluate", .timeLimit(.minutes(5)))
struct EvaluateTests {
    @Test("classes as tables, on a pipe without any control characters")
    func classes() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        _ = try await Program.run(["train", "--rows", "200", "--max-iter", "40"], environment: environment)
        let ending = try await Program.run(["evaluate", "--importance"], environment: environment)
        #expect(ending.status == .exited(0), "\(ending.error)")
        #expect(ending.error.isEmpty)
        #expect(!ending.output.contains("\u{1b}"))
        let lines = ending.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "run 1, epoch 40, on 200 training rows")
        #expect(
            lines[1].contains(
                /^accuracy \d+\.\d\d %, log loss \d\.\d{6}, ROC AUC \d\.\d{6}, calibration error \d+\.\d\d %$/
            )
        )
        #expect(ending.output.contains(/\nactual \\ predicted +0 +1\n0 +\d+ +\d+\n1 +\d+ +\d+\n/), "\(ending.output)")
        #expect(ending.output.contains(/\nclass +precision +recall +F1 +ROC AUC +rows +predicted\n0 +\d/))
        #expect(ending.output.contains(/\nmacro average +\d\.\d{4} +\d\.\d{4} +\d\.\d{4} +200\n/))
        #expect(ending.output.contains(/\n0\.9 to 1\.0 +\d+ +\d\.\d{4} +1\.0000  ▇{20}\n/), "\(ending.output)")
        #expect(
            ending.output.contains(
                "importance: what is lost if a feature's values are exchanged among the rows, 5 times"
            )
        )
        // Columns stand under each other, and no line ends in blanks.
        let matrix = lines.drop { !$0.hasPrefix("actual") }.prefix { !$0.isEmpty }
        #expect(Set(matrix.map(\.count)).count == 1)
        #expect(lines.allSatisfy { $0.last != " " })

        let document = try await Program.run(
            ["evaluate", "1", "--epoch", "0", "--format", "json"],
            environment: environment
        )
        let json = try JSON(parsing: document.output.utf8)
        #expect(json["epoch"] == 0 && json["split"] == "train")
    }

    @Test("numbers as tables, on another table")
    func numbers() async throws {
        let conninfo = try await TestCluster.freshDatabase()
        let environment = ["PGRADIENT_DATABASE_URL": conninfo]
        let sql = """
            CREATE TABLE t AS SELECT i::float8 AS a, i * 0.5::float8 AS size FROM generate_series(1, 20) AS i;
            CREATE TABLE u AS SELECT * FROM t WHERE a > 15
            """
        let made = try await Program(command: ["psql", conninfo, "-qc", sql]).finish()
        #expect(made.status == .exited(0), "\(made.error)")
        let trained = try await Program.run(
            ["train", "--table", "t", "--label", "size", "--hidden", "", "--max-iter", "5"],
            environment: environment
        )
        #expect(trained.status == .exited(0), "\(trained.error)")
        let ending = try await Program.run(["evaluate", "--table", "u"], environment: environment)
        #expect(ending.status == .exited(0), "\(ending.error)")
        #expect(ending.output.hasPrefix("run 1, epoch 5, on 5 rows of u\nR² "))
        #expect(ending.output.contains(/\npredicted from +to +rows +mean predicted +mean actual\n/))
        #expect(ending.output.split(separator: "\n").count == 4 + 5)
    }

    @Test("what makes no sense, and how it ends")
    func refusals() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let none = try await Program.run(["evaluate"], environment: environment)
        #expect(none.status == .exited(1))
        #expect(none.error.contains("there is no run yet"))
        _ = try await Program.run(["train", "--rows", "50", "--max-iter", "1"], environment: environment)
        for (arguments, status, says) in [
            (["--split", "all"], 2, "'train', 'validation' or 'test'"),
            (["--split", "test"], 2, "run 1 has no test rows"),
            (["--epoch", "soon"], 2, "it must be last, best or a number"),
            (["--epoch", "2"], 1, "run 1 has no parameters of epoch 2"),
            (["--repeats", "2"], 2, "--repeats means nothing without --importance"),
            (["--importance", "--repeats", "0"], 2, "it must be from 1 to 100"),
            (["--split", "train", "--table", "t"], 2, "--split and --table exclude each other"),
            (["--table", "nowhere"], 1, "there is no table \"nowhere\""), (["7"], 1, "there is no run 7"),
        ] as [([String], Int32, String)] {
            let ending = try await Program.run(["evaluate"] + arguments, environment: environment)
            #expect(ending.status == .exited(status), "\(arguments)")
            #expect(ending.error.contains(says), "\(arguments): \(ending.error)")
            #expect(ending.output.isEmpty)
        }
    }
}
