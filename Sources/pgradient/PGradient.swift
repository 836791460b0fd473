import ArgumentParser
import Foundation
import Service

/// The program: one command per file in `Commands/`.
@main
struct PGradient: AsyncParsableCommand {
    static let version = Release.version

    static let configuration = CommandConfiguration(
        commandName: "pgradient",
        abstract: "Trains neural networks inside PostgreSQL.",
        discussion: """
            A network description becomes SQL, the database does the arithmetic, and the parameters of every epoch stay \
            in the table pgradient.params. Without a database URL a private PostgreSQL under the data directory is used.

            EXAMPLES
              pgradient demo                                the article's network
              pgradient serve                               the daemon, for curl
              pgradient train --table iris --label species  a table of your own
              pgradient params --run 1 --epoch best         the weights by name

            Exit codes: 0 done, 1 failed, 2 wrong usage, 3 diverged or stopped by the user.
            """,
        version: version,
        subcommands: [
            Serve.self, Describe.self, Train.self, Demo.self, Runs.self, Params.self, Predict.self, Evaluate.self,
            SQLCommand.self,
            Cancel.self, Resume.self, Tag.self, Delete.self, Migrate.self, Doctor.self,
        ]
    )

    static func main() async {
        Interruption.prepare()
        // A task of its own, so that an interruption can cancel it.
        let program = Task { await run() }
        Interruption.cancels(program)
        Foundation.exit(await program.value)
    }

    /// - Returns: the exit code.
    private static func run() async -> Int32 {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return ErrorReport.show(error)
        }
    }
}
