import Foundation
import JSONTree
import TestSupport
import Testing

@Suite("train and what comes after it", .timeLimit(.minutes(5)))
struct TrainTests {
    @Test("the lines of examples/README.md: iris is loaded, learned and asked about")
    func iris() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let text = try String(contentsOfFile: repository + "/examples/README.md", encoding: .utf8)
        let lines = text.matches(of: /```sh\n(.*?)```/.dotMatchesNewlines()).map { String($0.output.1) }.joined()
        #expect(lines.contains("pgradient train --table iris --label species"))
        let ending = try await paste(lines, environment: environment)
        #expect(ending.status == .exited(0), "\(ending.error)")
        let summary = try #require(
            ending.output.firstMatch(of: /accuracy (\d+\.\d+) % on 150 training rows/),
            "\(ending)"
        )
        #expect(try #require(Double(summary.output.1)) > 80)

        // A flower that is none of the 150.
        let flower = #"{"sepal_length": 5.0, "sepal_width": 3.45, "petal_length": 1.45, "petal_width": 0.25}"#
        let predicted = try await Program.run(["predict", flower], environment: environment)
        let prediction = try JSON(parsing: predicted.output.utf8)
        #expect(prediction["label"] == "setosa")
        #expect(prediction["probabilities"]?.objectValue?.keys.elements == ["setosa", "versicolor", "virginica"])
        let document = try await Program.run(
            ["predict", "--json"],
            environment: environment,
            input: "[\(flower),\(flower)]"
        )
        #expect(try JSON(parsing: document.output.utf8)["predictions"]?.arrayValue?.count == 2)

        let runs = try await Program.run(["runs"], environment: environment)
        #expect(
            runs.output.contains(/\n  1  succeeded  200\/200  0\.\d{6}  +\d+\.\d\d %   –   150  4-100-3  recursive\n/),
            "\(runs.output)"
        )
        let statement = try await paste(
            "pgradient sql | psql \"$PGRADIENT_DATABASE_URL\" -v ON_ERROR_STOP=1",
            environment: environment
        )
        #expect(statement.status == .exited(0), "\(statement.error)")
        #expect(statement.output.contains("weights"))
        let window = try await Program.run(["sql", "--shape", "window", "--iterations", "2"], environment: environment)
        #expect(window.status == .exited(1))
        #expect(window.error.contains("columns in one SELECT, and the limit is 1664; use"), "\(window.error)")
    }

    @Test("the run as JSON, and flags over a file")
    func document() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let ending = try await Program.run(
            ["train", "--spec", "-", "--max-iter", "4", "--hidden", "", "--json", "--set", "init=glorot"],
            environment: environment,
            input: #"{"source": {"example": "article", "rows": 50}, "max_iter": 9, "name": "small", "seed": 3}"#
        )
        #expect(ending.status == .exited(0), "\(ending.error)")
        let run = try JSON(parsing: ending.output.utf8)
        #expect(run["epoch"] == 4)
        #expect(run["name"] == "small")
        #expect(run["spec"]?["hidden_layer_sizes"] == [])
        #expect(run["spec"]?["init"] == "glorot")
        let shown = try await Program.run(["runs", "1"], environment: environment)
        #expect(shown.output == ending.output)
    }

    @Test("a learning rate far too high: exit code 3, the last finite epoch is kept")
    func diverged() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let arguments = ["train", "--rows", "100", "--rate", "1e6", "--max-iter", "500", "--set", "l2_reg=1"]
        let ending = try await Program.run(arguments, environment: environment)
        #expect(ending.status == .exited(3), "\(ending)")
        #expect(ending.output.hasPrefix("run 1 diverged after "))
        #expect(ending.error.contains("the last finite epoch is kept. Try a smaller learning rate"))
        #expect(!ending.output.contains(/\d{12}/), "a loss of a hundred digits says nothing: \(ending.output)")
        let kept = try await Program.run(["params"], environment: environment)
        #expect(kept.status == .exited(0))
    }

    @Test("a label without variance has no R², neither on the way nor at the end")
    func constantLabel() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let ending = try await paste(
            """
            psql -q "$PGRADIENT_DATABASE_URL" -c "CREATE TABLE flat AS SELECT i::float8 AS a, 5.0::float8 AS y \
            FROM generate_series(1, 10) AS i"
            pgradient train --table flat --label y --max-iter 3
            """,
            environment: environment
        )
        #expect(ending.status == .exited(0), "\(ending.error)")
        #expect(ending.error.contains("run 1: 1 feature of flat → y"))
        #expect(ending.error.contains("R² –"))
        #expect(!ending.error.contains("inf"))
    }

    @Test("rows that can't be predicted for")
    func predictions() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let before = try await Program.run(["predict", "{}"], environment: environment)
        #expect(before.status == .exited(1))
        #expect(before.error.contains("there is no run yet"))
        _ = try await Program.run(["train", "--rows", "50", "--max-iter", "2"], environment: environment)
        for (row, says) in [
            (#"{"x1": 1}"#, "rows[0] has no \"x2\""), (#"{"x1": 1, "x2": "a"}"#, "rows[0].x2 must be a"),
            (#"{"x1": 1, "x2": 2, "x3": 3}"#, "rows[0] has \"x3\", which is no feature of run 1"),
            ("[1]", "rows[0] is an array; it must be an object"),
        ] {
            let ending = try await Program.run(["predict", row], environment: environment)
            #expect(ending.status != .exited(0))
            #expect(ending.error.contains(says), "\(ending.error)")
            #expect(ending.output.isEmpty)
        }
        let lines = try await Program.run(
            ["predict"],
            environment: environment,
            input: "{\"x1\": 1, \"x2\": 2}\n{\"x1\": 1, \"x2\": }\n"
        )
        #expect(lines.status == .exited(2))
        #expect(lines.error.contains("standard input, row 2: line 1, column 17"), "\(lines.error)")
        for (arguments, says) in [
            (["params", "--run", "9"], "there is no run 9"),
            (["params", "--epoch", "9"], "run 1 has no parameters of epoch 9"),
            (["runs", "9"], "there is no run 9"), (["cancel", "9"], "there is no run 9"),
            (["sql", "--run", "9"], "there is no run 9"),
        ] {
            let ending = try await Program.run(arguments, environment: environment)
            #expect(ending.status == .exited(1))
            #expect(ending.error.contains(says), "\(ending.error)")
        }
    }
}
