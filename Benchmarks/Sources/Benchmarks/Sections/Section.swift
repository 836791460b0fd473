/// What is measured, in the order of the table.
enum Section: String, CaseIterable, Sendable {
    case step, recursive, run, batches, iris, rows, snapshot, prediction, statements, http, streams, memory, idle

    var title: String {
        switch self {
        case .step: "statement shapes on 100,000 rows"
        case .recursive: "one recursive statement against serial ones"
        case .run: "whole runs over HTTP against numpy"
        case .batches: "mini-batches against scikit-learn"
        case .iris: "iris, a thousand epochs"
        case .rows: "from 10,000 to 1,000,000 rows"
        case .snapshot: "preparing a wide table"
        case .prediction: "predicting a million rows"
        case .statements: "a whole run against its statements"
        case .http: "answers while a run trains"
        case .streams: "a thousand event streams"
        case .memory: "memory of the server's processes"
        case .idle: "the idle daemon"
        }
    }

    /// Whether a Python program is measured against.
    var hasPeer: Bool {
        switch self {
        case .run, .batches, .iris: true
        case .step, .recursive, .rows, .snapshot, .prediction, .statements, .http, .streams, .memory, .idle: false
        }
    }

    func measure(in laboratory: Laboratory) async throws -> [Finding] {
        switch self {
        case .step: try await StepSection.measure(in: laboratory)
        case .recursive: try await RecursiveSection.measure(in: laboratory)
        case .run: try await RunSection.measure(in: laboratory)
        case .batches: try await BatchesSection.measure(in: laboratory)
        case .iris: try await IrisSection.measure(in: laboratory)
        case .rows: try await RowsSection.measure(in: laboratory)
        case .snapshot: try await SnapshotSection.measure(in: laboratory)
        case .prediction: try await PredictionSection.measure(in: laboratory)
        case .statements: try await StatementsSection.measure(in: laboratory)
        case .http: try await HTTPSection.measure(in: laboratory)
        case .streams: try await StreamsSection.measure(in: laboratory)
        case .memory: try await MemorySection.measure(in: laboratory)
        case .idle: try await IdleSection.measure(in: laboratory)
        }
    }
}
