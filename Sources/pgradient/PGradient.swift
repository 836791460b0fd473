import ArgumentParser

/// The program: one command per file in `Commands/`.
@main
struct PGradient: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "pgradient",
        abstract: "Trains neural networks inside PostgreSQL.",
        discussion: """
            A network description becomes SQL, the database does the arithmetic, and the parameters of every epoch stay \
            in the table pgradient.params. Without a database URL a private PostgreSQL under the data directory is used.

            EXAMPLES
              pgradient demo                                   train the article's network and look at it
              pgradient serve                                  the daemon: curl -X POST localhost:8080/train
              pgradient train --table iris --label species     learn from a table of your own
              pgradient params --run 1 --epoch best            the weights by name

            Exit codes: 0 done, 1 failed, 2 wrong usage, 3 diverged or stopped by the user.
            """,
        version: version,
        subcommands: [
            Serve.self, Train.self, Demo.self, Runs.self, Params.self, Predict.self, SQLCommand.self, Cancel.self,
            Migrate.self, Doctor.self,
        ]
    )

    static func main() async {
        await Interruption.prepare()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            Self.exit(withError: code)
        } catch {
            finish(error)
        }
    }

    /// Says what went wrong and ends with the documented code.
    private static func finish(_ error: any Error) -> Never {
        // The parser's own errors, help and version among them, know how to show themselves.
        let code = exitCode(for: error)
        if code == .success { exit(withError: error) }
        if code == .validationFailure {
            Terminal.error(fullMessage(for: error), prefix: false)
            exit(withError: ExitCode(2))
        }
        Terminal.error(ErrorText.text(error))
        exit(withError: ExitCode(1))
    }
}
