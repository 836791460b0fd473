import ArgumentParser
import Training

/// `pgradient delete`: deletes runs and all they have learned.
struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete runs with their parameters and metrics.",
        discussion: """
            Asks first on a terminal. Elsewhere it wants --yes. All of the runs are deleted, or none if one is at work \
            or is not there. Tables of yours are not touched.

            EXAMPLES
              pgradient delete 7
              pgradient delete 3 4 5 --yes
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: ArgumentHelp("The numbers of the runs.", valueName: "id")) var ids: [Int]
    @Flag(help: "Do not ask.") var yes = false

    func run() async throws {
        guard yes || Terminal.inputIsInteractive else {
            throw UsageError("nobody can be asked whether to delete; add --yes")
        }
        let names = Set(ids).sorted()
        let what = names.count == 1 ? "run \(names[0])" : "runs \(names.map(String.init).joined(separator: ", "))"
        try await withBackend(global) { backend in
            if !yes {
                // What is not there is told before anybody is asked.
                var epochs = 0
                for id in names { epochs += try await backend.service.run(id).epoch }
                guard Terminal.confirms("delete \(what), \(Numbers.count(epochs)) epochs of training in all?") else {
                    Terminal.note("nothing is deleted")
                    throw ExitCode(3)
                }
            }
            try await backend.service.delete(names)
            try Terminal.line("\(what) \(names.count == 1 ? "is" : "are") deleted")
        }
    }
}
