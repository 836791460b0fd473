import Foundation
import JSONTree
import TestSupport
import Testing

@Suite("Commands on runs that are there", .timeLimit(.minutes(5)))
struct RunCommandsTests {
    private static let train = ["train", "--rows", "100", "--max-iter", "5"]

    @Test("resume goes on with progress as train shows it, and says why it can't")
    func resume() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        _ = try await Program.run(Self.train, environment: environment)
        let more = try await Program.run(["resume", "1", "--max-iter", "12"], environment: environment)
        #expect(more.status == .exited(0), "\(more)")
        #expect(more.output.hasPrefix("run 1 succeeded after 12 epochs: loss 0."))
        #expect(more.error.hasPrefix("run 1 goes on at epoch 5 of 12\n"), "\(more.error)")
        #expect(more.error.contains("epoch 12/12  loss 0."))
        for (arguments, status, says) in [
            (["1"], 2, "run 1 has done all of its 12 epochs\n  hint: give a max_iter above 12"),
            (["1", "--max-iter", "12"], 2, "max_iter is 12, and run 1 is at epoch 12 already"),
            (["9"], 1, "there is no run 9"),
        ] as [([String], Int32, String)] {
            let refused = try await Program.run(["resume"] + arguments, environment: environment)
            #expect(refused.status == .exited(status))
            #expect(refused.error.contains(says), "\(refused.error)")
        }
        let json = try await Program.run(["resume", "1", "--max-iter", "13", "--json"], environment: environment)
        #expect(try JSON(parsing: json.output.utf8)["resumed_from"] == 12)
    }

    @Test("warm start, history and tags as flags")
    func flags() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        let flags = ["--tag", "a b", "--tag", "-c", "--notes", "-first-", "--history", "every:2"]
        let first = try await Program.run(Self.train + flags + ["--json"], environment: environment)
        #expect(first.status == .exited(0), "\(first.error)")
        let run = try JSON(parsing: first.output.utf8)
        #expect(run["tags"] == ["a b", "-c"])
        #expect(run["notes"] == "-first-")
        #expect(run["spec"]?["history"] == ["every": 2])
        let gone = try await Program.run(["params", "--epoch", "3"], environment: environment)
        #expect(gone.status == .exited(1))
        #expect(gone.error.contains("history {\"every\": 2} keeps the epochs that 2 divides"), "\(gone.error)")
        let warm = try await Program.run(Self.train + ["--warm-start", "1", "--json"], environment: environment)
        #expect(try JSON(parsing: warm.output.utf8)["warm_start_epoch"] == 5)
        let other = try await Program.run(
            Self.train + ["--warm-start", "1", "--hidden", "3"],
            environment: environment
        )
        #expect(other.status == .exited(2))
        #expect(other.error.contains("run 1 has hidden layers [2], this one [3]"), "\(other.error)")
    }

    @Test("tag shows what came of it; runs --tag finds it")
    func tag() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        _ = try await Program.run(Self.train + ["--tag", "a"], environment: environment)
        let tagged = try await Program.run(
            ["tag", "1", "--add", "b", "--remove", "a", "--notes", "n", "--name", "x"],
            environment: environment
        )
        #expect(tagged.output == "run 1 \"x\"\ntags: b\nnotes: n\n", "\(tagged)")
        let missing = try await Program.run(["tag", "1", "--remove", "c"], environment: environment)
        #expect(missing.status == .exited(2))
        #expect(missing.error.contains("run 1 has no tag \"c\""))
        let found = try await Program.run(["runs", "--tag", "b"], environment: environment)
        #expect(found.output.contains(/\n  1  succeeded .* x +b\n/), "\(found.output)")
        let none = try await Program.run(["runs", "--tag", "a"], environment: environment)
        #expect(none.output.isEmpty)
        #expect(none.error == "no run has the tag \"a\"\n")
    }

    @Test("runs --compare shows what differs, --all the rest too; --best the best first")
    func compare() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase()]
        _ = try await Program.run(Self.train, environment: environment)
        _ = try await Program.run(Self.train + ["--max-iter", "40", "--tag", "long"], environment: environment)
        let compared = try await Program.run(["runs", "--compare", "1", "2"], environment: environment)
        #expect(compared.status == .exited(0), "\(compared)")
        #expect(compared.output.contains(/^ +run 1 +run 2\n/), "\(compared.output)")
        #expect(compared.output.contains(/option  max_iter +5 +40\n/), "\(compared.output)")
        #expect(compared.output.contains(/result  tags +– +long\n/), "\(compared.output)")
        #expect(compared.output.contains(/\ loss +0\.\d{6} +0\.\d{6}\n/))
        #expect(compared.output.contains(/\ accuracy +\d+\.\d\d % +\d+\.\d\d %\n/))
        #expect(!compared.output.contains("solver"))
        #expect(compared.output.contains("options are the same in all of them; --all shows these too"))
        let all = try await Program.run(["runs", "--compare", "1", "2", "--all"], environment: environment)
        #expect(all.output.contains(/\ solver +sgd +sgd\n/), "\(all.output)")
        #expect(!all.output.contains("--all shows"))
        let json = try await Program.run(
            ["runs", "--compare", "2", "1", "--format", "json"],
            environment: environment
        )
        let document = try JSON(parsing: json.output.utf8)
        #expect(document["runs"] == [2, 1])
        #expect(document["options"] == [["name": "max_iter", "values": [40, 5], "differs": true]])
        let missing = try await Program.run(["runs", "--compare", "1", "9"], environment: environment)
        #expect(missing.status == .exited(1))
        #expect(missing.error.contains("there is no run 9"))

        let best = try await Program.run(["runs", "--best"], environment: environment)
        #expect(
            best.output.contains(/\n   1    2  example article  y +train +\d+ +0\.\d+ +\d+\.\d\d %.*long\n   2    1\ /),
            "\(best.output)"
        )
        let board = try await Program.run(["runs", "--best", "--limit", "1", "--json"], environment: environment)
        let standings = try JSON(parsing: board.output.utf8)["leaderboard"]?.arrayValue
        #expect(standings?.count == 1)
        #expect(standings?.first?["run"] == 2)
    }

    @Test("delete asks on a terminal, and takes a no")
    func delete() async throws {
        let environment = ["PGRADIENT_DATABASE_URL": try await TestCluster.freshDatabase(), "TERM": "xterm"]
        for _ in 0..<3 { _ = try await Program.run(Self.train, environment: environment) }
        func asked(_ answer: String) async throws -> Program.Ending {
            let command = "'\(try Program.pgradient())' delete 1"
            return try await Program(
                command: ["bash", "-c", "echo \(answer) | script -qec \"\(command)\" /dev/null"],
                environment: environment
            ).finish()
        }
        let no = try await asked("n")
        #expect(no.status == .exited(3), "\(no)")
        #expect(no.output.contains("delete run 1, 5 epochs of training in all? [y/N]"), "\(no.output)")
        #expect(no.output.contains("nothing is deleted"))
        let yes = try await asked("y")
        #expect(yes.status == .exited(0), "\(yes)")
        #expect(yes.output.contains("run 1 is deleted"))
        let missing = try await Program.run(["delete", "2", "1", "--yes"], environment: environment)
        #expect(missing.status == .exited(1))
        #expect(missing.error.contains("there is no run 1"))
        let both = try await Program.run(["delete", "3", "2", "--yes"], environment: environment)
        #expect(both.output == "runs 2, 3 are deleted\n", "\(both)")
        let left = try await Program.run(["runs"], environment: environment)
        #expect(left.output.isEmpty)
    }
}
