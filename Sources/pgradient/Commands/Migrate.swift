import ArgumentParser

/// `pgradient migrate`: brings the schema up to date.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Create or update the schema pgradient in the database.",
        discussion: """
            Every other command does this too. By itself it serves where the daemon's user may not create schemas: run it \
            once as one who may.

            EXAMPLES
              pgradient migrate --database-url postgresql://owner@db.example/app
            """
    )

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        Interruption.watch()
        let settings = try Settings(global)
        let backend = try await Backend.unmigrated(settings, logger: settings.logger(commandLevel: .warning))
        do {
            let applied = try await backend.service.migrate()
            for name in applied { try Terminal.line("applied \(name)") }
            if applied.isEmpty { try Terminal.line("the schema is up to date") }
            await backend.close()
        } catch {
            await backend.close()
            throw error
        }
    }
}
