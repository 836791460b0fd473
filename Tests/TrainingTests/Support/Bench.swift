import JSONTree
import Postgres
import Testing

@testable import Training

/// A prepared run with its loop laid open, to be driven iteration by iteration.
struct Bench {
    let run: Run
    let lease: Lease
    let connection: Connection
    var loop: EpochLoop

    /// Prepares a run and hands the body its loop. Unless the request names a shape, it does one epoch at a time.
    static func open<T>(_ body: JSON, on desk: Desk, _ use: (inout Bench) async throws -> T) async throws -> T {
        let body = body["shape"] == nil ? body.with(["shape": "step"]) : body
        let (stored, lease) = try await desk.service.submitAndClaim(body, owner: "bench")
        return try await desk.withConnection { connection in
            let run = try await Preparation(lease: lease, logger: quiet).ready(stored, on: connection)
            var bench = Bench(
                run: run,
                lease: lease,
                connection: connection,
                loop: try await loop(of: run, lease, on: connection)
            )
            return try await use(&bench)
        }
    }

    private static func loop(of run: Run, _ lease: Lease, on connection: Connection) async throws -> EpochLoop {
        let request = try TrainingRequest(run.spec)
        let plan = try TrainingPlan(
            request,
            task: run.task,
            layerSizes: try #require(run.layerSizes),
            columns: try DatasetFacts(of: run).columns,
            rows: try #require(run.rows),
            server: .init(workers: 0, canCompile: false),
            table: Snapshot(run: run.id).name
        )
        return try await EpochLoop(run, plan: plan, lease: lease, request: request, on: connection)
    }

    /// The next iteration.
    @discardableResult
    mutating func advance() async throws -> EpochLoop.Outcome {
        try await loop.advance(limit: run.maxIter, on: connection)
    }
}

/// Everything that was stored of a run, to see whether anything changed.
struct Written: Equatable {
    let weights: [Int: [Double]]
    let losses: [Int: Double]
    let state: [Double]?
    let stateEpoch: Int?
    let epoch: Int

    init(_ run: Int, on desk: Desk) async throws {
        weights = try await desk.weights(run)
        losses = try await Dictionary(uniqueKeysWithValues: desk.metrics(run).map { ($0.epoch, $0.loss) })
        let stored = try await desk.query("SELECT state, epoch FROM pgradient.solver_state WHERE run_id = \(run)").first
        state = try stored?.get("state")
        stateEpoch = try stored?.get("epoch")
        epoch = try await desk.service.run(run).epoch
    }

    /// Each epoch once, and all parts of the same one.
    func checkWhole() {
        #expect(weights.keys.sorted() == Array(0...epoch))
        #expect(losses.keys.sorted().starts(with: 0..<epoch))
        #expect(state == nil || stateEpoch == epoch)
    }
}
