import Glibc
import Subprocess

/// A program of PostgreSQL's, run as a given user with a clean environment.
///
/// The environment is our own, so that no `PG…` variable of the caller changes what is meant and
/// messages come in English, which ``StartFailure`` reads.
package struct Tool: Sendable {
    package let path: String
    package let user: ServerUser

    package init(path: String, user: ServerUser) {
        self.path = path
        self.user = user
    }

    /// What came out of a run: standard output and error in one text.
    package struct Outcome: Sendable {
        package let succeeded: Bool
        package let output: String
    }

    /// Runs the program to its end.
    ///
    /// Output is collected from a pipe; a program that leaves a daemon behind must give that daemon other
    /// descriptors (`pg_ctl start` does with `-l`), or this would wait for the daemon too.
    ///
    /// - Parameter isGuarded: whether the program, and what it leaves behind, may take only a part of the memory.
    /// - Throws: `toolNotRunnable`; `CancellationError`; a program that ran and failed is an
    ///   ``Outcome``.
    package func run(
        _ arguments: [String],
        input: String = "",
        workingDirectory: String = "/",
        isGuarded: Bool = false
    ) async throws -> Outcome {
        let program = [path] + arguments
        let command = user.commandPrefix + (isGuarded ? MemoryGuard.limiting(program) : program)
        var options = PlatformOptions()
        // A session of its own: Ctrl-C at a terminal is for us; the server must outlive it until we stop it.
        options.createSession = true
        do {
            let result = try await Subprocess.run(
                .path(.init(command[0])),
                arguments: Arguments(Array(command.dropFirst())),
                environment: .custom(Self.environment),
                workingDirectory: .init(workingDirectory),
                platformOptions: options,
                input: .string(input),
                output: .string(limit: 1 << 20),
                error: .combinedWithOutput
            )
            // A cancelled task's program is killed: that is not the program's own failure.
            if !result.terminationStatus.isSuccess { try Task.checkCancellation() }
            return Outcome(
                succeeded: result.terminationStatus.isSuccess,
                output: trimmed(result.standardOutput)
            )
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw EmbeddedPostgresError.toolNotRunnable(path: command[0], reason: "\(error)")
        }
    }

    private static var environment: [Environment.Key: String] {
        var variables: [Environment.Key: String] = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"]
        if let zone = environmentVariable("TZ") { variables["TZ"] = zone }
        return variables
    }
}

/// An environment variable that is set and not empty.
func environmentVariable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}

/// `text` without white space at its ends.
func trimmed(_ text: some StringProtocol) -> String {
    var rest = text[...]
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest.drop { $0.isWhitespace })
}
