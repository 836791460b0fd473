import ArgumentParser
import EmbeddedPostgres
import Postgres
import Training

/// `pgradient doctor`: what is there, what is missing, and how to get it.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what was found, what is missing and how to get it. Changes nothing.",
        discussion: """
            With a database URL it looks at that database, without one at what a private PostgreSQL needs.

            EXAMPLES
              pgradient doctor
              pgradient doctor --database-url postgresql://app@db.example/app

            Exit code 1 if something stands in the way.
            """
    )

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        Interruption.watch()
        let settings = try Settings(global)
        try Terminal.line("pgradient \(PGradient.version)")
        var isHealthy = true
        func show(_ mark: String, _ name: String, _ text: String, _ remedy: String?) throws {
            try Terminal.line("\(mark)  \(name): \(text)")
            if let remedy { try Terminal.line("   → \(remedy)") }
        }
        if settings.databaseURL == nil {
            let report = await ToolReport.gather(dataDirectory: settings.dataDirectory)
            for line in report.lines { try show(Self.mark(line.standing), line.name, line.text, line.remedy) }
            isHealthy = report.isHealthy
        } else {
            let backend = try await Backend.unmigrated(settings, logger: settings.logger(commandLevel: .error))
            let report = await DatabaseReport.gather(backend.service)
            await backend.close()
            for line in report.lines { try show(line.isFine ? "✓" : "✗", line.name, line.text, line.remedy) }
            isHealthy = report.lines.allSatisfy(\.isFine)
        }
        try Terminal.line(isHealthy ? "everything needed is there" : "something stands in the way; see ✗ above")
        if !isHealthy { throw ExitCode(1) }
    }

    private static func mark(_ standing: ToolReport.Standing) -> String {
        switch standing {
        case .ok: "✓"
        case .note: "•"
        case .problem: "✗"
        }
    }
}
