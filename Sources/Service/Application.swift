import HTTPServer
import HTTPTypes
import JSONTree
import Logging
import Training

/// The HTTP interface: takes a request apart, asks training, puts the answer together. Knows nothing of sockets, so it
/// can be tested in process.
public struct Application: Sendable {
    let training: TrainingService
    let signals: Signals
    let logger: Logger
    /// How many runs of one client may wait.
    public var maxQueued = 100
    /// Looks at watched runs for all streams.
    let hub: EventHub
    /// Single streams that have to look for themselves do so two at a time.
    let gate = Gate(2)
    let metrics: ServiceMetrics
    let board: WorkerBoard

    /// Stands on training; `signals` tells event streams when to look.
    /// - Parameters:
    ///   - metrics: what is counted.
    ///   - board: what the workers are doing.
    ///   - heartbeat: the longest silence of an event stream.
    public init(
        training: TrainingService,
        signals: Signals,
        logger: Logger,
        metrics: ServiceMetrics = ServiceMetrics(version: "unknown"),
        board: WorkerBoard = WorkerBoard(),
        heartbeat: Duration = .seconds(15)
    ) {
        self.metrics = metrics
        self.board = board
        self.training = training
        self.signals = signals
        self.logger = logger
        hub = EventHub(training: training, signals: signals, logger: logger, heartbeat: heartbeat)
    }

    /// Event streams of runs that have not ended.
    public var openStreams: Int { hub.listenerCount }

    /// Answers a request that was let in.
    public func handle(_ request: HTTPServerRequest) async -> HTTPServerResponse {
        do {
            let (route, template) = try Route.find(request.pathSegments)
            guard template.allowed.contains(request.method) else {
                throw Problem.methodNotAllowed(request.method, template.allowed)
            }
            if request.method == .options { return .options(template.allowed) }
            // Before anything is done: a client that can't take the answer should not have started a run.
            _ = try request.form(among: template.forms)
            return try await answer(request, route)
        } catch let problem as Problem {
            return problem.response
        } catch is CancellationError {
            return Problem(status: .serviceUnavailable, code: "stopping", detail: "the daemon is stopping").response
        } catch {
            let problem = Problem(TrainingError(error))
            if problem.status.kind == .serverError {
                let metadata: Logger.Metadata = ["path": "\(request.path)", "reason": "\(problem.detail)"]
                logger.warning("a request failed", metadata: metadata)
            }
            return problem.response
        }
    }

    private func answer(_ request: HTTPServerRequest, _ route: Route) async throws -> HTTPServerResponse {
        switch route {
        case .dashboard: return try await showDashboard(request)
        case .runs where request.method == .post: return try await startRun(request)
        case .runs: return try await listRuns(request)
        case .run(let id) where request.method == .delete: return try await cancelRun(request, id)
        case .run(let id) where request.method == .patch: return try await editRun(request, id)
        case .run(let id): return try await showRun(request, id)
        case .events(let id): return try await streamEvents(request, id)
        case .metrics(let id): return try await listMetrics(request, id)
        case .sql(let id): return try await showStatement(request, id)
        case .resume(let id): return try await resumeRun(request, id)
        case .evaluation(let id): return try await showEvaluation(request, id)
        case .boundary(let id): return try await showBoundary(request, id)
        case .tables: return try await listTables(request)
        case .describe: return try await describeTable(request)
        case .params: return try await showParams(request)
        case .predict: return try await predict(request)
        case .ready: return try await showReadiness(request)
        case .prometheus: return try await showMetrics(request)
        case .health:
            try QueryReader(request).finish()
            return .json(["status": "ok"])
        case .openAPI: return try showDocument(request)
        }
    }
}
