import Networks
import Postgres
import SQLText
import Testing

@testable import Training

/// The rows a run learns from, as the network sees them.
struct NetworkRows: Sendable {
    var features: [Double] = []
    var labels: [Double] = []
    var rowWeights: [Double] = []

    /// Reads what the snapshot of the run holds, or held.
    static func of(_ run: Run, on desk: Desk) async throws -> NetworkRows {
        try await batches(of: run, epoch: 0, on: desk).reduce(into: NetworkRows()) { all, batch in
            all.features += batch.features
            all.labels += batch.labels
            all.rowWeights += batch.rowWeights
        }
    }

    /// The same, batch by batch, in the order of an epoch.
    static func batches(of run: Run, epoch: Int, on desk: Desk) async throws -> [NetworkRows] {
        let request = try TrainingRequest(run.spec)
        let layout = SnapshotLayout(
            batching: request.batching(rows: try #require(run.rows)),
            isDeterministic: request.isDeterministic
        )
        let rows = try await desk.withConnection { connection in
            let facts = try DatasetFacts(of: run)
            let dataset = try await Dataset.resolve(request, on: connection).reading(facts.encodings)
            let content = try Snapshot.content(of: dataset, facts)
            let snapshot = SnapshotColumns(of: run)
            let columns = (0..<snapshot.features).map { "\(Identifier(feature: $0))" as SQL }.commaSeparated
            let arranged = layout.arranged(content, snapshot, epoch: epoch)
            let batch: SQL = layout.batching.isPartial ? "batch" : "0::int8 AS batch"
            let weight: SQL = snapshot.hasWeights ? "w" : "1::float8 AS w"
            return try await connection.query(
                "SELECT ARRAY[\(columns)] AS x, y, \(weight), \(batch) FROM (\(arranged)) AS rows"
            )
        }
        var batches = [NetworkRows](repeating: NetworkRows(), count: layout.batching.count)
        for row in rows {
            let batch: Int = try row.get("batch")
            batches[batch].features += try row.decode([Double].self, "x")
            batches[batch].labels.append(try row.get("y"))
            batches[batch].rowWeights.append(try row.get("w"))
        }
        return batches
    }
}

/// A run as plain Swift would have done it.
struct Reference: Sendable {
    /// By epoch, the initial ones first.
    var weights: [[Double]] = []
    /// Of the weights of each epoch but the last, or of the epoch that began with them where it has several batches.
    var losses: [Double] = []
    /// Accuracy or mean squared error, likewise.
    var metrics: [Double] = []
    var state: [Double] = []

    /// Repeats a run from its first weights.
    static func of(_ run: Run, on desk: Desk, epochs: Int) async throws -> Reference {
        let request = try TrainingRequest(run.spec)
        var batches = try await NetworkRows.batches(of: run, epoch: 0, on: desk)
        let sizes = try #require(run.layerSizes)
        let first = try await desk.service.parameters(run.id, .number(0)).weights
        let step = try TrainingStep(
            request.network(
                task: run.task,
                layerSizes: sizes,
                columns: try DatasetFacts(of: run).columns,
                iterationsPerEpoch: batches.count
            )
        )
        var training = ReferenceTraining(step: step, weights: first)
        var reference = Reference(weights: [first])
        let rows = Double(try #require(run.rows))
        for epoch in 0..<epochs {
            if epoch > 0, request.shuffle == .everyEpoch {
                batches = try await NetworkRows.batches(of: run, epoch: epoch, on: desk)
            }
            var (loss, metric) = (0.0, 0.0)
            for batch in batches {
                let part = training.iterate(
                    features: batch.features,
                    labels: batch.labels,
                    rowWeights: request.hasRowWeights ? batch.rowWeights : nil,
                    learningRate: request.learningRate
                )
                loss += part.loss * Double(batch.labels.count)
                metric += part.metric * Double(batch.labels.count)
            }
            reference.losses.append(loss / rows)
            reference.metrics.append(metric / rows)
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

extension DatasetFacts {
    /// Those of the columns of numbers.
    var scalings: [FeatureEncoding.Scaling] {
        encodings.flatMap { encoding -> [FeatureEncoding.Scaling] in
            switch encoding.content {
            case .number(let scaling): [scaling]
            case .array(let elements): elements
            case .category: []
            }
        }
    }
}
