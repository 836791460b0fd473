import JSONTree
import Training

/// Whether everything is there that work needs, and what to do where it is not.
public struct Readiness: Sendable {
    struct Check: Sendable {
        let name: String
        /// What is wrong and what to do about it; nil if nothing is.
        let failure: (detail: String, hint: String)?
        /// What was found, if nothing is wrong.
        let finding: String

        static func fine(_ name: String, _ finding: String) -> Check {
            Check(name: name, failure: nil, finding: finding)
        }

        static func failed(_ name: String, _ detail: String, hint: String) -> Check {
            Check(name: name, failure: (detail, hint), finding: "")
        }
    }

    let checks: [Check]

    var isReady: Bool { checks.allSatisfy { $0.failure == nil } }

    /// How long nobody may listen for news: a connection that was lost is made anew every other second.
    static let longestSilence = Duration.seconds(10)
    /// How long a worker that waits may say nothing. It looks for runs every other second, and gives the database ten to
    /// answer.
    static let longestPause = Duration.seconds(60)

    /// Looks.
    /// - Parameter longestSilence: how long nobody may listen for news.
    static func gather(
        _ training: TrainingService,
        _ signals: Signals,
        _ board: WorkerBoard,
        longestSilence: Duration = longestSilence
    ) async -> Readiness {
        let database = await database(training)
        let schema =
            database.failure == nil
            ? await schema(training)
            : Check.failed("schema", "not looked at: the database does not answer", hint: "see database")
        return Readiness(checks: [database, schema, news(signals, longestSilence), workers(board)])
    }

    private static func database(_ training: TrainingService) async -> Check {
        let start = ContinuousClock.now
        do {
            try await training.ping()
            return .fine("database", "answered in \(Int((ContinuousClock.now - start) / .milliseconds(1))) ms")
        } catch {
            let error = TrainingError(error)
            return .failed("database", error.message, hint: error.hint ?? "start the server, or see its log")
        }
    }

    private static func schema(_ training: TrainingService) async -> Check {
        do {
            let fault = try await training.schemaFault()
            return fault.map { .failed("schema", $0.detail, hint: $0.hint) } ?? .fine("schema", "up to date")
        } catch {
            return .failed("schema", TrainingError(error).message, hint: "run pgradient doctor")
        }
    }

    private static func news(_ signals: Signals, _ longestSilence: Duration) -> Check {
        guard let silence = signals.silence, silence > longestSilence else {
            return .fine("news", "listening for notifications")
        }
        return .failed(
            "news",
            "nobody has listened for notifications for \(silence.components.seconds) s; runs are found by looking for them",
            hint:
                "a pooler between here and the database must keep sessions (LISTEN): give the URL of the server itself"
        )
    }

    /// What is wrong with the workers of this process, if anything is.
    public static func workerFault(_ board: WorkerBoard) -> String? {
        let entries = board.entries
        let gone = board.begun - entries.count
        if gone > 0 { return "\(gone) of \(board.begun) workers have ended" }
        let silent = entries.count { $0.activity == .idle && .now - $0.since > longestPause }
        if silent > 0 {
            return "\(silent) of \(entries.count) workers have not looked for runs for more than a minute"
        }
        return nil
    }

    private static func workers(_ board: WorkerBoard) -> Check {
        if let fault = workerFault(board) {
            return .failed("workers", fault, hint: "start the daemon anew and report what its log says")
        }
        let runs = board.entries.compactMap { entry -> Int? in
            if case .training(let run) = entry.activity { run } else { nil }
        }
        return .fine(
            "workers",
            runs.isEmpty ? "idle" : "training \(runs.sorted().map(String.init).joined(separator: ", "))"
        )
    }

    /// Each check by name.
    var json: JSON {
        var json: JSON = [:]
        for check in checks {
            if let failure = check.failure {
                json.set(
                    check.name,
                    ["state": "failed", "detail": .string(failure.detail), "hint": .string(failure.hint)]
                )
            } else {
                json.set(check.name, ["state": "ok", "detail": .string(check.finding)])
            }
        }
        return json
    }
}
