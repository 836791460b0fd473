import Networks
import Postgres
import SQLText
import Testing

@testable import Training

/// The rows a run learns from, as the network sees them.
struct NetworkRows: Sendable {
    var features: [Double] = []
    var labels: [Double] = []

    /// Reads what the snapshot of the run holds, or held.
    static func of(_ run: Run, on desk: Desk) async throws -> NetworkRows {
        let request = try TrainingRequest(run.spec)
        let rows = try await desk.withConnection { connection in
            let dataset = try await Dataset.resolve(request, on: connection)
            let content = try Snapshot.content(of: dataset, DatasetFacts(of: run))
            let columns = run.features.indices.map { "\(Identifier(feature: $0))" as SQL }.commaSeparated
            return try await connection.query("SELECT ARRAY[\(columns)] AS x, y FROM (\(content)) AS rows")
        }
        return NetworkRows(
            features: try rows.decode([Double].self, "x").flatMap(\.self),
            labels: try rows.decode(Double.self, "y")
        )
    }
}

/// A run as plain Swift would have done it.
struct Reference: Sendable {
    /// By epoch, the initial ones first.
    var weights: [[Double]] = []
    /// Of the weights of each epoch but the last.
    var losses: [Double] = []
    /// Accuracy or mean squared error of the weights of each epoch but the last.
    var metrics: [Double] = []
    var state: [Double] = []

    /// Repeats a run from its first weights.
    static func of(_ run: Run, on desk: Desk, epochs: Int) async throws -> Reference {
        let request = try TrainingRequest(run.spec)
        let rows = try await NetworkRows.of(run, on: desk)
        let sizes = try #require(run.layerSizes)
        let first = try await desk.service.parameters(run.id, .number(0)).weights
        let step = try TrainingStep(request.network(task: run.task, layerSizes: sizes))
        var training = ReferenceTraining(step: step, weights: first)
        var reference = Reference(weights: [first])
        for _ in 0..<epochs {
            let (loss, metric) = training.iterate(
                features: rows.features,
                labels: rows.labels,
                learningRate: request.learningRate
            )
            reference.losses.append(loss)
            reference.metrics.append(metric)
            reference.weights.append(training.weights)
        }
        reference.state = training.state
        return reference
    }
}

/// The largest relative difference of two lists of numbers; infinite if they are not equally long.
func difference(_ left: [Double], _ right: [Double]) -> Double {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).reduce(0) { worst, pair in
        let scale = max(abs(pair.0), abs(pair.1), 1e-3)
        let gap = abs(pair.0 - pair.1) / scale
        // NaN must not pass for small.
        return gap <= worst ? worst : gap
    }
}
