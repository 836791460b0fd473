import JSONTree
import Lowering
import Networks
import SQLText
import Training

/// Predicting the rows of a table with a network 13-16-2, against the forward pass of a training statement: levels over a table of
/// its inputs, loss and accuracy summed.
enum PredictionSection {
    static func measure(in laboratory: Laboratory) async throws -> [Finding] {
        let rows = laboratory.isQuick ? 100_000 : 1_000_000
        let table = try await tableOfThirteen(rows, laboratory)
        let run = try await laboratory.train([
            "source": ["table": .string(table)], "label": "y", "hidden_layer_sizes": [16], "max_iter": 1,
            "shape": "step",
            "batch_size": "full", "history": "last", "seed": 1,
        ]).run
        let scored =
            "SELECT count(prediction), sum(probability) FROM (\(try await query(run, table, laboratory))) AS scored"
        let forward = try await forwardPass(run, table, laboratory)
        var asQuery = Series("count and sum over sql --as query", .milliseconds)
        var intoTable = Series("predict --into, which writes the rows too", .milliseconds)
        var serial = Series("a forward pass in one process", .milliseconds)
        var parallel = Series("a forward pass in parallel workers", .milliseconds)
        try await laboratory.eachRound {
            serial.values.append(try await laboratory.time(forward, workers: 0))
            asQuery.values.append(try await laboratory.time(scored, workers: 1))
            parallel.values.append(try await laboratory.time(forward, workers: 1))
            let order = ScoringOrder(table: table, into: "scored", isReplacing: true)
            intoTable.values.append(try await laboratory.service.score(run.id, order).seconds * 1000)
        }
        return [(asQuery, serial), (intoTable, serial), (asQuery, parallel), (intoTable, parallel)].map {
            ours,
            theirs in
            Finding(
                .prediction,
                "\(laboratory.isQuick ? "100,000" : "1,000,000") rows, 13-16-2",
                ours: ours,
                theirs: theirs,
                measure: .ratio,
                target: .atMost(2)
            )
        }
    }

    private static func query(_ run: Run, _ table: String, _ laboratory: Laboratory) async throws -> String {
        let text = try await laboratory.service.servingText(run.id, ServingOrder(.query, table: table))
        guard text.hasSuffix(";\n") else {
            throw BenchmarkError("the query does not end in a semicolon: \(text.suffix(80))")
        }
        return text.dropLast(2) + "\n"
    }

    private static func forwardPass(_ run: Run, _ table: String, _ laboratory: Laboratory) async throws -> String {
        let parameters = try await laboratory.service.parameters(run.id, .last)
        let network = NetworkSpec(
            layerSizes: parameters.layerSizes,
            activations: parameters.activations,
            head: .softmaxCrossEntropy,
            solver: .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
        )
        let rows = "(SELECT \((1...13).map { "x\($0)" }.joined(separator: ", ")), y::float8 AS y FROM \(table)) AS rows"
        let statement = try Lowering(TrainingStep(network)).evaluation(RowSource(relation: "\(unsafeRaw: rows)"))
        let weights = Dictionary(uniqueKeysWithValues: zip(parameters.layout.names, parameters.weights))
        return statement.sql.inlined { weights[$0].map(SQLValue.float8) }
    }

    /// Hashed from the number of the row, each between -1 and 1: what the network reads, scaled, comes close to it.
    private static func tableOfThirteen(_ rows: Int, _ laboratory: Laboratory) async throws -> String {
        let name = "thirteen_\(rows)"
        let columns = (1...13).map { "(hashint8extended(i, \($0)) & 1048575) / 524288.0::float8 - 1 AS x\($0)" }
        try await laboratory.run(
            """
            CREATE TABLE IF NOT EXISTS \(name) AS
            SELECT *, (x1 + x2 * x3 > 0)::int4 AS y
            FROM (SELECT \(columns.joined(separator: ", ")) FROM generate_series(1, \(rows)) AS i OFFSET 0) AS features;
            ANALYZE \(name)
            """
        )
        return name
    }
}

extension Laboratory {
    /// What a query takes, in milliseconds, planned as a run plans.
    func time(_ query: String, workers: Int) async throws -> Double {
        let settings = [
            "jit = off", "max_parallel_workers_per_gather = \(workers)", "parallel_setup_cost = 0",
            "parallel_tuple_cost = 0",
        ]
        let text = "BEGIN; \(settings.map { "SET LOCAL \($0)" }.joined(separator: "; ")); \(query); COMMIT"
        return try await ContinuousClock().measure { try await run(text) } / .milliseconds(1)
    }
}
