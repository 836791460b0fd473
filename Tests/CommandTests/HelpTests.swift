import Testing

@Suite("Help, version and completions", .timeLimit(.minutes(5)))
struct HelpTests {
    static let commands = [
        "serve", "describe", "train", "demo", "runs", "params", "predict", "evaluate", "sql", "cancel", "resume", "tag",
        "delete",
        "migrate", "doctor",
    ]

    @Test("every command explains itself with examples that fit a terminal", arguments: commands)
    func help(command: String) async throws {
        let ending = try await Program.run([command, "--help"], environment: ["COLUMNS": "80"])
        #expect(ending.status == .exited(0))
        #expect(ending.error.isEmpty)
        let lines = ending.output.split(separator: "\n", omittingEmptySubsequences: false)
        let heading = try #require(lines.firstIndex(of: "EXAMPLES"), "\(ending.output)")
        let examples = lines[(heading + 1)...].prefix { !$0.isEmpty }
        #expect(examples.contains { $0.contains("pgradient \(command)") })
        // A line that was wrapped begins at the margin and can't be pasted.
        #expect(examples.allSatisfy { $0.hasPrefix("  ") }, "\(ending.output)")
        #expect(lines.contains { $0.hasPrefix("USAGE: pgradient \(command)") })
    }

    @Test("the program itself")
    func overview() async throws {
        let bare = try await Program.run([])
        let asked = try await Program.run(["--help"])
        #expect(bare.status == .exited(0))
        #expect(bare.output == asked.output)
        for command in Self.commands { #expect(asked.output.contains("\n  \(command) "), "\(command)") }
        #expect(
            asked.output.contains("Exit codes: 0 done, 1 failed, 2 wrong usage, 3 diverged or stopped by the user.")
        )
        let version = try await Program.run(["--version"])
        #expect(version.status == .exited(0))
        #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(version.output)")
    }

    @Test("completions", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) async throws {
        let ending = try await Program.run(["--generate-completion-script", shell])
        #expect(ending.status == .exited(0))
        for command in Self.commands { #expect(ending.output.contains(command), "\(command)") }
        #expect(ending.output.contains("max-iter"))
        guard shell == "bash" else { return }
        let check = try await Program(command: ["bash", "-n"], input: ending.output).finish()
        #expect(check.status == .exited(0), "\(check.error)")
    }
}
