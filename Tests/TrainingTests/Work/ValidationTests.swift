import JSONTree
import Networks
import Postgres
import SQLText
import Testing

@testable import Training

/// Rows that are held out: which they are, what is measured on them, and when they end the training.
@Suite struct ValidationTests {
    private static let table = """
        CREATE TABLE points AS
        SELECT sin(i * 7) AS a, cos(i * 3) AS b, (ARRAY['u', 'v', 'w'])[i % 3 + 1] AS c,
               CASE WHEN i % 20 = 0 THEN 'rare' WHEN sin(i * 7) + cos(i * 3) > sin(i * 13) THEN 'yes' ELSE 'no' END AS y,
               sin(i * 7) * cos(i * 3) + sin(i * 13) / 4 AS r,
               (ARRAY['train', 'train', 'Validation', 'train', 'test'])[i % 5 + 1] AS part, i % 3 = 0 AS held
        FROM generate_series(1, 400) AS i
        """

    private static let body: JSON = [
        "source": ["table": "points"], "features": ["a", "b", "c"], "label": "y", "hidden_layer_sizes": [4],
        "activation": "tanh", "solver": "sgd", "learning_rate_init": 0.2, "batch_size": "full", "max_iter": 8, "tol": 0,
        "seed": 3,
    ]

    private static func history(_ run: Run, _ split: String, on desk: Desk) async throws -> [Int: Metric] {
        let all = try await desk.service.metrics(run.id, after: nil, limit: 1000).filter { $0.split == split }
        return Dictionary(uniqueKeysWithValues: all.map { ($0.epoch, $0) })
    }

    /// The rows of a split as the network sees them.
    private static func rows(_ run: Run, _ split: Split, on desk: Desk) async throws -> NetworkRows {
        let request = try TrainingRequest(run.spec)
        let found = try await desk.withConnection { connection in
            let facts = try DatasetFacts(of: run)
            let dataset = try await Dataset.resolve(request, on: connection).reading(facts.encodings)
            let content = try Snapshot.content(of: dataset, facts, split)
            let columns = (0..<SnapshotColumns(of: run).features).map { "\(Identifier(feature: $0))" as SQL }
            return try await connection.query(
                "SELECT ARRAY[\(columns.commaSeparated)] AS x, y FROM (\(content)) AS rows"
            )
        }
        return try NetworkRows(
            features: found.flatMap { try $0.decode([Double].self, "x") },
            labels: found.map { try $0.get("y") }
        )
    }

    /// Every shape and batches, each epoch against the interpreter on rows that training did not see.
    @Test(
        arguments: [
            ["shape": "step"], ["shape": "recursive"], ["shape": "block", "block_size": 3], ["batch_size": 50],
            ["batch_size": 50, "shape": "step", "shuffle": "every epoch"], ["label": "r", "loss": "huber"],
        ] as [JSON]
    ) func everyEpochIsMeasured(_ options: JSON) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body.with(["validation_fraction": 0.25]).with(options))
            #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
            #expect(run.rows == 300)
            #expect(run.validationRows == 100)
            let measured = try await Self.history(run, "validation", on: desk)
            #expect(measured.keys.sorted() == Array(0...8))
            let held = try await Self.rows(run, .validation, on: desk)
            let request = try TrainingRequest(run.spec)
            let step = try TrainingStep(
                request.network(
                    task: run.task,
                    layerSizes: try #require(run.layerSizes),
                    columns: try DatasetFacts(of: run).columns,
                    iterationsPerEpoch: 1
                )
            )
            for (epoch, metric) in measured {
                let weights = try await desk.service.parameters(run.id, .number(epoch)).weights
                let values = ReferenceTraining(step: step, weights: weights).evaluate(
                    [step.update.loss, step.update.metric],
                    features: held.features,
                    labels: held.labels
                ).map { $0.values[0] }
                #expect(abs(metric.loss - values[0]) < 1e-12, "epoch \(epoch)")
                if run.task == .classification {
                    #expect(abs(try #require(metric.accuracy) - values[1]) < 1e-12, "epoch \(epoch)")
                } else {
                    let mean = held.labels.reduce(0, +) / Double(held.labels.count)
                    let variance = held.labels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(held.labels.count)
                    #expect(abs(try #require(metric.r2) - (1 - values[1] / variance)) < 1e-9, "epoch \(epoch)")
                }
            }
            #expect(run.validationLoss == measured[8]?.loss)
            #expect(run.bestEpoch == measured.min { ($0.value.loss, $0.key) < ($1.value.loss, $1.key) }?.key)
        }
    }

    @Test func everyClassGivesItsShare() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body.with(["validation_fraction": 0.1, "max_iter": 1]))
            let counts = try await desk.query("SELECT y, count(*) AS n FROM points GROUP BY y ORDER BY y")
            let all = try counts.decode(Int.self, "n")
            let held = try await Self.rows(run, .validation, on: desk).labels
            let trained = try await Self.rows(run, .train, on: desk).labels
            #expect(held.count + trained.count == 400)
            for (index, count) in all.enumerated() {
                let part = held.filter { $0 == Double(index) }.count
                #expect(part == Int((Double(count) * 0.1).rounded()), "class \(index): \(part) of \(count)")
                #expect(run.classCounts?[index] == count - part)
            }
            // The same seed holds the same rows out; another one others.
            let again = try await desk.train(Self.body.with(["validation_fraction": 0.1, "max_iter": 1]))
            #expect(
                try await Self.rows(again, .validation, on: desk).features.sorted()
                    == Self.rows(run, .validation, on: desk).features.sorted()
            )
            let other = try await desk.train(Self.body.with(["validation_fraction": 0.1, "max_iter": 1, "seed": 4]))
            #expect(other.contentHash != run.contentHash)
            // Scaling comes from the rows that are trained on.
            let mean = trained.isEmpty ? 0 : try DatasetFacts(of: run).scalings[0].mean
            let whole = try await desk.query("SELECT avg(a) AS m FROM points")[0].decode(Double.self, "m")
            #expect(mean != whole)
        }
    }

    @Test func rowsThatAreEqualStayTogether() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE TABLE doubles AS SELECT (i % 40)::float8 AS x, i % 2 AS y FROM generate_series(1, 400) AS i;
                CREATE TABLE same AS SELECT i::float8 AS x, 1.5 AS z, i AS y FROM generate_series(1, 3) AS i;
                """
            )
            let body: JSON = ["source": ["table": "doubles"], "label": "y", "max_iter": 1, "validation_fraction": 0.3]
            let run = try await desk.train(body)
            let held = Set(try await Self.rows(run, .validation, on: desk).features)
            let trained = Set(try await Self.rows(run, .train, on: desk).features)
            #expect(held.isDisjoint(with: trained))
            #expect(held.count + trained.count == 40)
            // Of every class one row at least is left to train on.
            let few = try await desk.train(body.with(["source": ["table": "same"]]))
            #expect(few.rows == 3)
            #expect(few.validationRows == 0)
        }
    }

    @Test func aColumnMaySayWhatIsHeldOut() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body.with(["split_column": "part"]))
            #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
            #expect(run.rows == 240)
            #expect(run.validationRows == 80)
            #expect(try await Self.rows(run, .test, on: desk).labels.count == 80)
            let flags = try await desk.train(Self.body.with(["split_column": "held", "early_stopping": true]))
            #expect(flags.validationRows == 133)
            let all = try await desk.train([
                "source": ["table": "points"], "label": "r", "split_column": "part", "max_iter": 1,
            ])
            #expect(all.features == ["a", "b", "c", "y", "held"])
        }
    }

    /// Too large a rate overshoots after a while: the run ends where one iteration at a time would have ended.
    @Test func earlyStoppingRestoresTheBest() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let options: JSON = [
                "early_stopping": true, "validation_fraction": 0.3, "n_iter_no_change": 4, "max_iter": 400,
                "learning_rate_init": 2, "hidden_layer_sizes": [16], "tol": 1e-4,
            ]
            var ends: Set<Int> = []
            for shape: JSON in [["shape": "step"], ["shape": "recursive"], ["shape": "block", "block_size": 7]] {
                let run = try await desk.train(Self.body.with(options).with(shape))
                #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
                #expect(run.stopReason == .earlyStopping)
                #expect(run.epoch < 400)
                ends.insert(run.epoch)
                let losses = try await Self.history(run, "validation", on: desk)
                let best = losses.min { ($0.value.loss, $0.key) < ($1.value.loss, $1.key) }?.key
                #expect(run.bestEpoch == best)
                // Nobody looked further than patience after the last gain.
                var (lowest, gained) = (Double.infinity, 0)
                for epoch in 0...run.epoch {
                    let loss = try #require(losses[epoch]?.loss)
                    if loss <= lowest - 1e-4 { gained = epoch }
                    lowest = min(lowest, loss)
                }
                #expect(run.epoch == gained + 5)
                let chosen = try await desk.service.parameters(run.id, .chosen)
                #expect(chosen.epoch == best)
                #expect(try await desk.service.parameters(run.id, .best).epoch == best)
                #expect(try await desk.service.parameters(run.id, .last).epoch == run.epoch)
            }
            #expect(ends.count == 1, "\(ends)")
            let last = try await desk.train(Self.body.with(options).with(["restore_best": false, "history": "last"]))
            #expect(try await desk.service.parameters(last.id, .chosen).epoch == last.epoch)
            #expect(try await desk.service.parameters(last.id, .best).epoch == last.bestEpoch)
        }
    }

    /// What an interrupted run has seen of its validation it knows when it is taken up again.
    @Test func patienceOutlivesTheProcess() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let options: JSON = [
                "early_stopping": true, "n_iter_no_change": 3, "max_iter": 100, "tol": 50, "shape": "step",
            ]
            let whole = try await desk.train(Self.body.with(options))
            #expect(whole.epoch == 4)
            let id = try await Bench.open(Self.body.with(options), on: desk) { bench in
                for _ in 0..<2 { try await bench.advance() }
                return bench.run.id
            }
            let ended = try await desk.execute(try await desk.takeOver(id))
            #expect(ended.epoch == 4)
            #expect(ended.stopReason == .earlyStopping)
        }
    }

    /// scikit-learn's rule for `adaptive`: the rate is divided by five when patience is at its end, down to 1e-6.
    @Test(arguments: [["shape": "step"], ["shape": "recursive"], ["batch_size": 100, "shape": "block"]] as [JSON])
    func theRateAdapts(_ shape: JSON) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let options: JSON = [
                "learning_rate": "adaptive", "learning_rate_init": 1e-4, "tol": 100, "n_iter_no_change": 2,
                "max_iter": 60,
            ]
            let run = try await desk.train(Self.body.with(options).with(shape))
            #expect(run.state == .succeeded, "\(run.error?.compact ?? "")")
            #expect(run.stopReason == .tol)
            let rates = try await Self.history(run, "train", on: desk)
            // The first loss is a gain, and none after it: patience ends with the loss of epoch 3, then of every third.
            for epoch in 0..<run.epoch {
                let factor = [1, 0.2, 0.04, 0.008][min(3, epoch < 4 ? 0 : (epoch - 4) / 3 + 1)]
                let rate = try #require(rates[epoch]?.learningRate)
                #expect(abs(rate - 1e-4 * factor) < 1e-18, "epoch \(epoch): \(rate)")
            }
            #expect(run.epoch == 13)
        }
    }

    @Test func refusals() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            try await desk.script(
                """
                CREATE TABLE odd AS SELECT i::float8 AS x, i % 2 AS y, CASE WHEN i = 3 THEN 'tarin' ELSE 'train' END AS part,
                       CASE WHEN i > 9 THEN 'test' ELSE 'train' END AS late, (i > 9)::int + 5 * (i > 9)::int AS code,
                       (i / 10)::int AS label
                FROM generate_series(1, 12) AS i
                """
            )
            let cases: [(JSON, TrainingError.Code, String, String)] = [
                (["split_column": "part"], .invalidOption, "split_column", "can't be told in 1 of 12 rows"),
                (["split_column": "nope"], .unknownColumn, "split_column", "no column"),
                (["split_column": "x"], .unsupportedColumn, "split_column", "text, integer or boolean"),
                (["split_column": "y"], .invalidOption, "split_column", "label"),
                (["split_column": "late", "early_stopping": true], .emptyTable, "early_stopping", "needs rows"),
                (["split_column": "late", "label": "label"], .tooFewClasses, "split_column", "\"1\" in rows that are"),
                (["split_column": "code"], .invalidOption, "split_column", "in 3 of 12 rows"),
                (["learning_rate": "adaptive", "tol": 0], .irrelevantOption, "tol", "tol is 0"),
            ]
            for (options, code, field, says) in cases {
                let body: JSON = ["source": ["table": "odd"], "label": "y", "features": ["x"], "max_iter": 1]
                let refusal = try await desk.refusal(of: body.with(options))
                #expect(refusal.code == code.rawValue, "\(options.compact): \(refusal.text)")
                #expect(refusal.field == field, "\(options.compact): \(refusal.text)")
                #expect(refusal.text.contains(says), "\(options.compact): \(refusal.text)")
            }
        }
    }
}
