import HTTPServer
import HTTPTypes
import JSONTree
import Logging
import Postgres
import Service
import Synchronization
import TestSupport
import Testing
import Training

/// The HTTP interface on a database of its own, without a socket: where tests hand in requests.
struct Counter: Sendable {
    let training: TrainingService
    let signals: Signals
    let application: Application
    let metrics = ServiceMetrics(version: "1.2.3")
    let board = WorkerBoard()

    /// Runs the body on a fresh database.
    /// - Parameters:
    ///   - working: whether news are listened for and queued runs are trained meanwhile.
    ///   - logger: sees every statement, at trace level.
    ///   - heartbeat: the longest silence of an event stream.
    static func open<Result>(
        working: Bool = false,
        logger: Logger = quiet,
        heartbeat: Duration = .seconds(15),
        file: String = #fileID,
        function: String = #function,
        _ body: (Counter) async throws -> Result
    ) async throws -> Result {
        let conninfo = try await TestCluster.freshDatabase(file: file, function: function)
        return try await open(on: conninfo, working: working, logger: logger, heartbeat: heartbeat, body)
    }

    /// Runs the body on a given database.
    static func open<Result>(
        on conninfo: String,
        working: Bool = false,
        logger: Logger = quiet,
        heartbeat: Duration = .seconds(15),
        _ body: (Counter) async throws -> Result
    ) async throws -> Result {
        let counter = Counter(conninfo: conninfo, logger: logger, heartbeat: heartbeat)
        _ = try await counter.training.migrate()
        let work = working ? Task { await counter.work() } : nil
        do {
            let result = try await body(counter)
            await counter.close(work)
            return result
        } catch {
            await counter.close(work)
            throw error
        }
    }

    private init(conninfo: String, logger: Logger, heartbeat: Duration) {
        let metrics = metrics
        let settings = ConnectionSettings(
            conninfo: conninfo,
            observer: StatementObserver { metrics.observe(statement: $0, took: $1) }
        )
        training = TrainingService(pool: Pool(settings, size: 4, logger: logger), logger: logger)
        signals = Signals(settings: settings, logger: quiet)
        application = Application(
            training: training,
            signals: signals,
            logger: logger,
            metrics: metrics,
            board: board,
            heartbeat: heartbeat
        )
    }

    private func work() async {
        let worker = worker()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await worker.run() }
            group.addTask { await signals.run() }
        }
    }

    /// A worker that tells what it does.
    func worker() -> Worker {
        Worker(
            service: training,
            signals: signals,
            owner: "test",
            logger: quiet,
            board: board,
            onProgress: { [metrics] in metrics.observe($0) }
        )
    }

    private func close(_ work: Task<Void, Never>?) async {
        work?.cancel()
        await work?.value
        await training.pool.close()
    }

    // MARK: - Requests

    /// One request.
    func ask(
        _ method: HTTPRequest.Method,
        _ target: String,
        _ body: String = "",
        fields: HTTPFields = [:]
    ) async -> Reply {
        await Reply(application.handle(.init(method, target, body, fields: fields)))
    }

    func get(_ target: String, fields: HTTPFields = [:]) async -> Reply { await ask(.get, target, fields: fields) }

    func post(_ target: String, _ body: String, fields: HTTPFields = [:]) async -> Reply {
        await ask(.post, target, body, fields: fields)
    }

    // MARK: - Runs

    /// A finished run on a few rows of the example, trained here and now.
    func trained(_ options: JSON = [:]) async throws -> Run {
        var body: JSON = ["source": ["example": "article", "rows": 200], "max_iter": 10]
        for (name, value) in options.objectValue ?? [:] { body.set(name, value) }
        let (_, lease) = try await training.submitAndClaim(body, owner: "test")
        let executor = RunExecutor(lease: lease, logger: quiet)
        let session = TrainingSession(executor: executor, settings: training.pool.settings, logger: quiet)
        return try await session.execute { _ in }
    }

    /// Statements without a result.
    func script(_ sql: String) async throws {
        try await training.pool.withConnection { try await $0.script(sql) }
    }
}

extension HTTPServerRequest {
    /// A request as its first line would have it; nothing in these tests needs percent signs.
    init(_ method: HTTPRequest.Method, _ target: String, _ body: String = "", fields: HTTPFields = [:]) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = (parts.count > 1 ? parts[1] : "").split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (name: sides[0], value: sides.count > 1 ? sides[1] : "")
        }
        self.init(
            method: method,
            path: String(parts[0]),
            query: query,
            headerFields: fields,
            body: Array(body.utf8)
        )
    }
}

/// A logger that says nothing.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
