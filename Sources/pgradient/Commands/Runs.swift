import ArgumentParser
import JSONTree
import Service
import Training

/// `pgradient runs`: what has been trained and how it went.
struct Runs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List runs, newest first; show one; compare several.",
        discussion: """
            --compare shows the options that differ and what came of them, side by side. --best lists the view \
            pgradient.leaderboard: the finished runs, the best first, by what was measured on validation rows where \
            there are any, else on the rows learned from.

            EXAMPLES
              pgradient runs
              pgradient runs 7
              pgradient runs --limit 5 --json
              pgradient runs --tag churn
              pgradient runs --compare 3 7 9
              pgradient runs --compare 3 7 --all --format json
              pgradient runs --best --limit 10
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @OptionGroup var global: GlobalOptions
    @Argument(help: ArgumentHelp("The number of a run to show whole, or of those to compare.", valueName: "id"))
    var ids: [Int] = []
    @Option(help: ArgumentHelp("How many to list, 1 to 1000.", valueName: "n")) var limit: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("List only runs with this tag.", valueName: "tag"))
    var tag: String?
    @Flag(help: "Show two or more runs side by side.") var compare = false
    @Flag(help: "With --compare: options that are the same too.") var all = false
    @Flag(help: "List the best finished runs first.") var best = false
    @Option(help: "table or json.") var format: Format?
    @Flag(help: "Print JSON: the same as --format json.") var json = false

    func validate() throws {
        if let limit, !(1...1000).contains(limit) {
            throw ValidationError("--limit is \(limit); it must be from 1 to 1000")
        }
        if json, format == .table { throw ValidationError("--json and --format table exclude each other") }
        if compare, best { throw ValidationError("--compare and --best exclude each other") }
        if compare {
            guard Set(ids).count > 1 else {
                throw ValidationError("--compare needs the numbers of two runs or more, as in --compare 3 7")
            }
            if Set(ids).count < ids.count { throw ValidationError("--compare names a run twice") }
        } else {
            if all { throw ValidationError("--all means nothing without --compare") }
            if ids.count > 1 { throw ValidationError("several runs are shown with --compare") }
        }
        if !ids.isEmpty, limit != nil || tag != nil || best {
            throw ValidationError("--limit, --tag and --best are for lists, not for runs that are named")
        }
    }

    private var isJSON: Bool { json || format == .json }

    func run() async throws {
        try await withBackend(global) { backend in
            if compare { return try await showComparison(backend.service) }
            if let id = ids.first {
                return try Terminal.output(RunDocument.json(await backend.service.run(id)).pretty)
            }
            if best { return try await showBest(backend.service) }
            try await list(backend.service)
        }
    }

    private func list(_ service: TrainingService) async throws {
        let (runs, next) = try await service.runs(tag: tag, limit: limit ?? 20)
        if isJSON {
            let document: JSON = ["runs": .array(runs.map(RunDocument.json)), "next": .optional(next)]
            try Terminal.output(document.pretty)
            return
        }
        guard !runs.isEmpty else { return noteNone() }
        var table = Table("run", "state", "epoch", "loss", "accuracy", "R²", "rows", "layers", "shape", "name", "tags")
        for run in runs {
            table.add(
                "\(run.id)",
                run.state.rawValue,
                "\(run.epoch)/\(run.maxIter)",
                Numbers.loss(run.loss),
                Numbers.percent(run.accuracy),
                Numbers.loss(run.r2),
                run.rows.map(Numbers.count) ?? "–",
                run.layerSizes.map { $0.map(String.init).joined(separator: "-") } ?? "–",
                run.shape?.rawValue ?? "–",
                run.name ?? "",
                run.tags.joined(separator: ", ")
            )
        }
        try Terminal.output(table.text)
    }

    private func showBest(_ service: TrainingService) async throws {
        let standings = try await service.leaderboard(tag: tag, limit: limit ?? 20)
        if isJSON {
            let document: JSON = ["leaderboard": .array(standings.map(LeaderboardDocument.json))]
            return try Terminal.output(document.pretty)
        }
        guard !standings.isEmpty else { return noteNone() }
        var table = Table(
            "rank",
            "run",
            "source",
            "label",
            "measured on",
            "epoch",
            "loss",
            "accuracy",
            "R²",
            "rows",
            "seconds",
            "name",
            "tags"
        )
        for standing in standings {
            table.add(
                "\(standing.rank)",
                "\(standing.run)",
                standing.source,
                standing.label,
                standing.split,
                "\(standing.bestEpoch)",
                Numbers.loss(standing.loss),
                Numbers.percent(standing.accuracy),
                Numbers.loss(standing.r2),
                standing.rows.map(Numbers.count) ?? "–",
                Numbers.seconds(standing.seconds),
                standing.name ?? "",
                standing.tags.joined(separator: ", ")
            )
        }
        try Terminal.output(table.text)
    }

    private func showComparison(_ service: TrainingService) async throws {
        let comparison = try await service.compare(ids)
        let text =
            isJSON
            ? ComparisonDocument.json(comparison, all: all).pretty
            : ComparisonText(comparison: comparison, all: all).text
        try Terminal.output(text)
    }

    private func noteNone() {
        if let tag { return Terminal.note("no run has the tag \"\(tag)\"") }
        let kind = best ? "no finished run" : "no runs"
        Terminal.note("\(kind) yet; `pgradient train` or `pgradient demo` makes one")
    }
}
