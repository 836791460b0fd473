import Testing

@Suite("Wrong usage", .timeLimit(.minutes(5)))
struct UsageTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let arguments: [String]
        /// What the message says.
        let says: String
        var testDescription: String { arguments.joined(separator: " ") }

        init(_ arguments: String..., says: String) { (self.arguments, self.says) = (arguments, says) }
    }

    @Test(
        "exit code 2, a message that says what, and nothing made",
        arguments: [
            Case("--frobnicate", says: "Unknown option '--frobnicate'"),
            Case("frobnicate", says: "Unexpected argument 'frobnicate'"),
            Case("train", "--max-itr", "3", says: "Did you mean '--max-iter'?"),
            Case("train", "--rate", "abc", says: "'abc' is invalid for '--rate <x>'"),
            Case("train", "--rate", "-1", says: "learning_rate_init is -1; it must be a number"),
            Case("train", "--seed", "-1", says: "seed is -1"),
            Case("demo", "--seed", "-1", says: "seed is -1"),
            Case("train", "--hidden", "0", says: "hidden_layer_sizes contains 0; every layer needs 1 to 10,000 units"),
            Case("train", "--hidden", "many", says: "--hidden \"many\" is no whole number"),
            Case("train", "--max-iter", "0", says: "max_iter is 0"),
            Case("train", "--table", "iris", says: "label is missing"),
            Case("train", "--table", "iris", "--example", "article", says: "--table and --example exclude each other"),
            Case("train", "--solver", "sgd", "--beta1", "0.5", says: "beta1 means nothing to solver sgd"),
            Case("train", "--set", "group_by=1", says: "group_by 1 is not available in this version"),
            Case("train", "--batch-size", "many", says: "batch_size is \"many\"; it must be auto, full, or a number"),
            Case("train", "--set", "frobnicate=1", says: "the option \"frobnicate\" is not known"),
            Case("train", "--set", "frobnicate", says: "--set frobnicate has no =; write name=value"),
            Case("train", "--spec", "/nonexistent", says: "the file /nonexistent can't be read"),
            Case("params", "--format", "xml", says: "'table', 'json', 'csv' or 'ndjson'"),
            Case("params", "--from", "3", "--to", "1", says: "--from 3 is after --to 1"),
            Case("params", "--epoch", "worst", says: "epoch is \"worst\"; it must be last, best or a number"),
            Case("runs", "--limit", "0", says: "--limit is 0; it must be from 1 to 1000"),
            Case("runs", "3", "7", says: "several runs are shown with --compare"),
            Case("runs", "--compare", "3", says: "--compare needs the numbers of two runs or more"),
            Case("runs", "--compare", "3", "3", "7", says: "--compare names a run twice"),
            Case("runs", "--all", says: "--all means nothing without --compare"),
            Case("runs", "7", "--tag", "a", says: "are for lists, not for runs that are named"),
            Case("runs", "--best", "--compare", "3", "7", says: "--compare and --best exclude each other"),
            Case("runs", "--json", "--format", "table", says: "--json and --format table exclude each other"),
            Case("train", "--history", "every:x", says: "\"x\" is no whole number; write every:10 or last:5"),
            Case("train", "--history", "evry:3", says: "did you mean \"every\"?"),
            Case("train", "--history", "some", says: "history is \"some\"; it must be \"all\", \"last\""),
            Case("train", "--tag", "a", "--tag", "a", says: "tags has \"a\" twice"),
            Case("train", "--warm-start", "3", "--init", "he", says: "init means nothing to a run that begins with"),
            Case("resume", "7", "--max-iter", "0", says: "max_iter is 0"),
            Case("resume", says: "Missing expected argument '<id>'"),
            Case("tag", "7", "--add", "a", "--remove", "a", says: "the tag \"a\" is added and removed"),
            Case("delete", "7", says: "nobody can be asked whether to delete; add --yes"),
            Case("sql", "--shape", "round", says: "'step', 'window', 'block' or 'recursive'"),
            Case("sql", "--iterations", "0", says: "--iterations is 0"),
            Case("cancel", says: "Missing expected argument '<id>'"),
            Case("cancel", "seven", says: "'seven' is invalid for '<id>'"),
            Case("predict", "{\"x1\": 0.3,", says: "the row {\"x1\": 0.3,: line 1, column 12"),
            Case("serve", "--listen", "8080", says: "cannot listen on \"8080\": the port is missing"),
            Case("serve", "--listen", "0.0.0.0:0", says: "can be reached from other machines, and there is no token"),
            Case("serve", "--token-file", "/nonexistent", says: "the token file /nonexistent can't be read"),
            Case("serve", "--workers", "0", says: "workers is \"0\"; it must be a whole number from 1 to 64"),
            Case("serve", "--allowed-host", "https://a.example", says: "allowed_hosts has \"https://a.example\""),
            Case("serve", "--allowed-host", "a.example:443", says: "without scheme and port"),
            Case("serve", "--max-queued", "0", says: "max_queued is \"0\"; it must be a whole number from 1 to 100000"),
            Case("serve", "--log-level", "loud", says: "log_level is \"loud\"; it must be one of trace, debug"),
        ]
    )
    func refused(_ wrong: Case) async throws {
        let home = try Home()
        // The program's own options know nothing of a data directory.
        let flags = wrong.arguments[0].hasPrefix("frob") || wrong.arguments[0].hasPrefix("-") ? [] : home.flags
        let ending = try await Program.run(wrong.arguments + flags)
        #expect(ending.status == .exited(2), "\(ending)")
        #expect(ending.error.contains(wrong.says), "\(ending.error)")
        #expect(ending.output.isEmpty, "\(ending.output)")
        #expect(home.isUntouched)
    }

    @Test(
        "a request that is no JSON: the place is named",
        arguments: [
            ("{\"max_iter\": 3,\n \"seed\" 4}", "standard input, line 2, column 9"),
            ("[1]", "standard input must hold a JSON object, not an array"),
            ("", "standard input, line 1, column 1"),
        ]
    )
    func malformed(text: String, says: String) async throws {
        let home = try Home()
        let ending = try await Program.run(["train", "--spec", "-"] + home.flags, input: text)
        #expect(ending.status == .exited(2))
        #expect(ending.error.contains(says), "\(ending.error)")
        #expect(home.isUntouched)
    }
}
