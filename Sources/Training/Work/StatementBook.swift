import Lowering
import Postgres
import SQLText

/// The prepared statements of a run, and the settings each wants to be planned and executed under.
struct StatementBook {
    /// A prepared statement.
    struct Entry {
        let name: String
        let text: RenderedSQL
    }

    private let plan: TrainingPlan
    private let recorder: EpochRecorder
    private let workers: Int
    private var entries: [Key: Entry] = [:]
    /// The form that the session is configured for; nil before the first statement.
    private var configured: StatementForm?

    private enum Key: Hashable {
        /// Iterations of a form, with the recording around them where one process does both.
        case iterate(StatementForm, iterations: Int)
        case record
        case close
        case validate

        /// What the statement is called in logs and statistics.
        var name: String {
            switch self {
            case .iterate: "train"
            case .record: "record"
            case .close: "measure"
            case .validate: "validate"
            }
        }
    }

    init(_ plan: TrainingPlan, _ recorder: EpochRecorder, workers: Int) {
        self.plan = plan
        self.recorder = recorder
        self.workers = workers
    }

    /// Whether the client takes the results of the iterations and has them recorded by a second statement: because they
    /// come from a parallel SELECT or from several statements, or because compiling the recording too would take longer
    /// than compiling the iterations.
    func recordsApart(_ form: StatementForm) -> Bool {
        form.isParallel || form.isCompiled || (form.shape == .step && plan.batching.isPartial)
    }

    /// The statement that iterates.
    /// - Parameter iterations: how many; `recursive` has one statement for any number, and so has `step`.
    mutating func iterate(
        _ form: StatementForm,
        iterations: Int,
        on connection: Connection
    ) async throws -> Entry {
        let count = form.shape == .window || form.shape == .block ? iterations : 0
        let isApart = recordsApart(form)
        return try await entry(.iterate(form, iterations: count), on: connection) { [plan, recorder] in
            let statement = try plan.statement(form.shape, iterations: max(count, 1))
            return isApart ? statement.sql : recorder.iterateAndRecord(statement)
        }
    }

    /// The statement that records what the client was given.
    mutating func record(on connection: Connection) async throws -> Entry {
        try await entry(.record, on: connection) { [plan, recorder] in
            recorder.record(weights: plan.step.layout.count, state: plan.step.stateCount)
        }
    }

    /// The statement that measures the last parameters.
    mutating func close(on connection: Connection) async throws -> Entry {
        try await entry(.close, on: connection) { [plan, recorder] in recorder.close(try plan.evaluation()) }
    }

    /// The statement that measures epochs on the rows that are held out.
    mutating func validate(_ recorder: ValidationRecorder, on connection: Connection) async throws -> Entry {
        try await entry(.validate, on: connection) { [plan] in
            let rows = RowSource(table: Snapshot(run: recorder.run.id).validation)
            return recorder.record(try plan.evaluations(rows, of: recorder.parameters))
        }
    }

    private mutating func entry(_ key: Key, on connection: Connection, _ sql: () throws -> SQL) async throws -> Entry {
        if let known = entries[key] { return known }
        let entry = Entry(name: "\(key.name)_\(entries.count)", text: try sql().render())
        try await connection.prepare(entry.name, entry.text)
        entries[key] = entry
        return entry
    }

    /// Settings of the session for a form. They stay, so that an iteration needs no round trip for them.
    mutating func configureSession(for form: StatementForm, on connection: Connection) async throws {
        guard configured != form else { return }
        let settings: [ServerSettings.Setting] = [
            ("max_parallel_workers_per_gather", "\(form.isParallel ? workers : 0)"),
            ("plan_cache_mode", plan.planMode(form).rawValue),
        ]
        try await connection.query(ServerSettings.apply(settings, isLocal: false), name: "configure")
        configured = form
    }

    /// Settings of one transaction for a form. Belongs into the transaction, before the form's statement.
    func configureTransaction(for form: StatementForm, on connection: Connection) async throws {
        let settings = ServerSettings.transaction(form, isPartial: plan.batching.isPartial)
        guard !settings.isEmpty else { return }
        try await connection.query(ServerSettings.apply(settings, isLocal: true), name: "configure")
    }

    /// Settings for the recording that follows an iteration: to compile that as well would take longer than it saves.
    func configureRecording(after form: StatementForm, on connection: Connection) async throws {
        guard form.isCompiled else { return }
        try await connection.query(ServerSettings.apply([("jit", "off")], isLocal: true), name: "configure")
    }
}
