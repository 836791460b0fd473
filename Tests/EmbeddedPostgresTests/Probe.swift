import Glibc
import Subprocess
import TestSupport
import Testing

@testable import EmbeddedPostgres

/// Another process that uses a private cluster; see `EmbeddedClusterProbe`.
struct Probe {
    /// What it said first: `leased <conninfo>` or `error <code> <description>`.
    let answer: String
    let pid: pid_t

    var hasLease: Bool { answer.hasPrefix("leased ") }

    /// Ends it as nothing can prevent.
    func kill() { Glibc.kill(pid, SIGKILL) }

    /// Runs a probe on `dataDirectory`, waits for its first line, and has it give back its lease after `body`.
    static func run<Result: Sendable>(
        dataDirectory: String,
        as user: ServerUser = .current,
        body: (Probe) async throws -> Result
    ) async throws -> Result {
        try await spawn(dataDirectory: dataDirectory, as: user) { pid, nextLine in
            try await body(Probe(answer: try await nextLine() ?? "nothing", pid: pid))
        }
    }

    /// Runs a probe without waiting for it to say anything.
    static func spawn<Result: Sendable>(
        dataDirectory: String,
        as user: ServerUser = .current,
        body: (pid_t, () async throws -> String?) async throws -> Result
    ) async throws -> Result {
        // Where another user can execute it: the build folder may be in root's home.
        let folder = try TemporaryDirectory()
        let program = folder.path + "/probe"
        try await install(try builtProbe(), as: program)
        let command = user.commandPrefix + [program, dataDirectory]
        let run = try await Subprocess.run(
            .path(.init(command[0])),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .inherit.updating(["XDG_RUNTIME_DIR": nil]),
            workingDirectory: "/",
            input: .inputWriter,
            output: .sequence,
            error: .discarded
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            let result = try await body(execution.processIdentifier.value) { try await lines.next() }
            try await execution.standardInputWriter.finish()
            while try await lines.next() != nil {}
            return result
        }
        return run.closureResult
    }

    /// SwiftPM puts executables beside the test runner.
    private static func builtProbe() throws -> String {
        let runner = try #require(realpath("/proc/self/exe", nil))
        defer { free(runner) }
        let folder = String(cString: runner).split(separator: "/").dropLast().joined(separator: "/")
        return "/\(folder)/EmbeddedClusterProbe"
    }
}

/// Copies a file to an executable of its own.
///
/// By another process: a file that this process had open for writing may be busy (ETXTBSY) for as long as
/// a child that was forked in between has not called `exec`.
func install(_ source: String, as target: String, input: String = "") async throws {
    let outcome = try await Tool(path: "/usr/bin/install", user: .current)
        .run(["-m", "755", source, target], input: input)
    try #require(outcome.succeeded, "\(outcome.output)")
}

/// Makes an executable shell script.
func installScript(_ text: String, as target: String) async throws {
    try await install("/dev/stdin", as: target, input: "#!/bin/sh\n" + text)
}
