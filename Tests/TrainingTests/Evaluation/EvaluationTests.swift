import JSONTree
import Postgres
import Testing

@testable import Training

/// Evaluations of runs: which rows, which parameters, what is kept, what is refused.
@Suite struct EvaluationTests {
    private static let table = """
        CREATE TABLE points AS
        SELECT sin(i) * 3 AS a, cos(i * 3) * 7 + 2 AS b, (ARRAY['u', 'v', 'w'])[i % 3 + 1] AS c, sin(i) - cos(i * 3) AS r
        FROM generate_series(1, 80) AS i
        """

    private static func body(_ label: String) -> JSON {
        [
            "source": ["table": "points"], "features": ["a", "b"], "label": .string(label), "max_iter": 5,
            "hidden_layer_sizes": [4], "seed": 2, "tol": 0,
        ]
    }

    /// Its accuracy, R² and loss are those that training measured, at every epoch.
    @Test(arguments: ["c", "r"])
    func asTheRunSays(_ label: String) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body(label).with(["batch_size": "full"]))
            for metric in try await desk.metrics(run.id) {
                let found = try await desk.service.evaluation(nil, epoch: .number(metric.epoch))
                #expect(found.run == run.id && found.epoch == metric.epoch)
                #expect(found.place == .split(.train))
                #expect(found.notice == nil)
                switch found.measures {
                case .classification(let measures):
                    #expect(measures.accuracy == metric.accuracy)
                    #expect(difference([measures.logLoss ?? .nan], [metric.loss]) < 1e-12)
                case .regression(let measures):
                    #expect(difference([measures.r2 ?? .nan], [metric.r2 ?? .nan]) < 1e-11)
                    // The loss is half the squared error.
                    let loss = (measures.rmse ?? .nan) * (measures.rmse ?? .nan) / 2
                    #expect(difference([loss], [metric.loss]) < 1e-12)
                }
            }
        }
    }

    /// A successful run leaves one behind, the same that is computed afterwards; views show it.
    @Test func keptWithTheRun() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body("c").with(["batch_size": 30, "shuffle": "every epoch"]))
            let kept = try await desk.query(
                "SELECT epoch, split, document::text AS document FROM pgradient.evaluations WHERE run_id = \(run.id)"
            )
            #expect(kept.count == 1)
            #expect(try kept[0].decode(Int.self, "epoch") == 5)
            #expect(try kept[0].decode(String.self, "split") == "train")
            let before = try JSON(parsing: kept[0].decode(String.self, "document").utf8)
            let now = try await desk.service.evaluation(run.id)
            // jsonb has an order of its own for the members.
            for member in ["classes", "counts"] {
                #expect(before["confusion_matrix"]?[member] == now.document["confusion_matrix"]?[member])
            }
            #expect(before["accuracy"]?.doubleValue == run.accuracy)
            let loss = now.document["log_loss"]?.doubleValue ?? .nan
            #expect(difference([before["log_loss"]?.doubleValue ?? .nan], [loss]) < 1e-12)

            guard case .classification(let measures) = now.measures else {
                Issue.record("\(now)")
                return
            }
            let pairs = try await desk.query(
                "SELECT actual, predicted, rows FROM pgradient.confusion_matrix WHERE run_id = \(run.id)"
            )
            #expect(pairs.count == 9)
            let names = ["u", "v", "w"]
            for pair in pairs {
                let actual = try #require(names.firstIndex(of: pair.decode(String.self, "actual")))
                let predicted = try #require(names.firstIndex(of: pair.decode(String.self, "predicted")))
                #expect(try pair.decode(Int.self, "rows") == measures.confusion[actual][predicted])
            }
            let report = try await desk.query(
                "SELECT class, precision, recall, f1, roc_auc, support, predicted FROM pgradient.class_report"
            )
            #expect(try report.decode(String.self, "class") == names)
            #expect(try report.map { try $0.decode(Double?.self, "precision") } == measures.classes.map(\.precision))
            #expect(try report.map { try $0.decode(Double?.self, "recall") } == measures.classes.map(\.recall))
            #expect(try report.map { try $0.decode(Double?.self, "roc_auc") } == measures.classes.map(\.rocAUC))
            #expect(try report.decode(Int.self, "support") == measures.classes.map(\.support))
            let bins = try await desk.query("SELECT bin, rows, observed FROM pgradient.calibration")
            #expect(try bins.decode(Int.self, "bin") == Array(1...10))
            #expect(try bins.decode(Int.self, "rows") == measures.calibration.map(\.rows))
            #expect(try bins.map { try $0.decode(Double?.self, "observed") } == measures.calibration.map(\.observed))
            let summary = try await desk.query("SELECT * FROM pgradient.evaluation_summary")[0]
            #expect(try summary.decode(Int.self, "rows") == 80)
            #expect(try summary.decode(Double?.self, "macro_f1") == measures.macro.f1)
            #expect(try summary.decode(Double?.self, "calibration_error") == measures.calibrationError)
            #expect(try summary.decode(Double?.self, "rmse") == nil)
        }
    }

    /// Only the newest parameters on the run's own rows take the place of what is kept.
    @Test func whatIsKept() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table + "; CREATE TABLE others AS SELECT * FROM points WHERE c <> 'w' LIMIT 7")
            let run = try await desk.train(Self.body("r"))
            func rows() async throws -> Int {
                try await desk.value(Int.self, "SELECT (document ->> 'rows')::int8 FROM pgradient.evaluations")
            }
            #expect(try await rows() == 80)
            try await desk.script("DELETE FROM points WHERE a > 0")
            _ = try await desk.service.evaluation(run.id, epoch: .number(2))
            _ = try await desk.service.evaluation(run.id, table: "others")
            #expect(try await rows() == 80)
            let now = try await desk.service.evaluation(run.id)
            #expect(try await rows() == now.measures.rows)
            let notice =
                "public.points has \(now.measures.rows) rows to train on now, and had 80 when run \(run.id) began"
            #expect(now.notice == notice)
            #expect(try await desk.value(String.self, "SELECT notice FROM pgradient.evaluation_summary") == notice)
            try await desk.script("DELETE FROM pgradient.runs")
            #expect(try await desk.value(Int.self, "SELECT count(*) FROM pgradient.evaluations") == 0)
        }
    }

    /// A run that diverges, fails or is too large leaves none.
    @Test func whoLeavesNone() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let wild = try await desk.train(
                Self.body("r").with(["solver": "sgd", "learning_rate_init": 1e6, "max_iter": 50])
            )
            #expect(wild.state == .diverged)
            let large = try await desk.train([
                "source": ["example": "article", "rows": .integer(AutomaticEvaluation.maximumRows + 1)], "max_iter": 1,
            ])
            #expect(large.state == .succeeded)
            #expect(try await desk.value(Int.self, "SELECT count(*) FROM pgradient.evaluations") == 0)
            let asked = try await desk.service.evaluation(large.id)
            #expect(asked.measures.rows == AutomaticEvaluation.maximumRows + 1)
            #expect(try await desk.value(Int.self, "SELECT run_id FROM pgradient.evaluations") == large.id)
        }
    }

    /// That a run can't be evaluated is no reason for it to fail.
    @Test func aRunOutlivesItsEvaluation() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            try await desk.script("ALTER TABLE pgradient.evaluations ADD CONSTRAINT never CHECK (epoch < 0)")
            let run = try await desk.train(Self.body("c"))
            #expect(run.state == .succeeded)
            #expect(try await desk.snapshots() == [])
        }
    }

    @Test func anotherTable() async throws {
        try await Desk.open { desk in
            try await desk.script(
                Self.table + "; CREATE VIEW \"Test set\" AS SELECT 'x' AS more, b, a, c FROM points WHERE c <> 'w'"
            )
            let run = try await desk.train(Self.body("c"))
            let found = try await desk.service.evaluation(run.id, table: "\"Test set\"")
            #expect(found.place == .table("\"Test set\""))
            #expect(found.notice == nil)
            guard case .classification(let measures) = found.measures else {
                Issue.record("\(found)")
                return
            }
            let whole = try await desk.service.evaluation(run.id)
            guard case .classification(let all) = whole.measures else { return }
            #expect(measures.confusion == [all.confusion[0], all.confusion[1], [0, 0, 0]])
            #expect(measures.classes[2].recall == nil)
        }
    }

    @Test func tablesThatCannotBeUsed() async throws {
        try await Desk.open { desk in
            try await desk.script(
                Self.table + """
                    ;
                    CREATE TABLE narrow AS SELECT a, c FROM points;
                    CREATE TABLE unlabelled AS SELECT a, b FROM points;
                    CREATE TABLE words AS SELECT a::text AS a, b, c FROM points;
                    CREATE TABLE holes AS SELECT nullif(a, a) AS a, b, c FROM points;
                    CREATE TABLE strange AS SELECT a, b, CASE WHEN a > 0 THEN 'new' ELSE c END AS c FROM points;
                    CREATE TABLE endless AS SELECT 'Infinity'::float8 AS a, b, c FROM points;
                    CREATE TABLE nothing AS SELECT * FROM points LIMIT 0
                    """
            )
            let run = try await desk.train(Self.body("c"))
            let wrong: [(String, TrainingError.Code, String?, String)] = [
                ("nowhere", .unknownTable, "table", "there is no table \"nowhere\""),
                ("narrow", .unknownColumn, "table", "has no column \"b\""),
                ("unlabelled", .unknownColumn, "table", "has no column \"c\""),
                ("words", .unsupportedColumn, "table", "\"a\" of public.words has type text, and run"),
                ("holes", .nullValues, nil, "80 in \"a\" (evaluate on a view without them)"),
                ("strange", .unsupportedColumn, nil, "that run \(run.id) has not learned: \"new\""),
                ("endless", .nonFiniteValues, nil, "80 in \"a\""),
                ("nothing", .emptyTable, "table", "public.nothing has no rows to evaluate on"),
            ]
            for (table, code, field, says) in wrong {
                let error = await #expect(throws: TrainingError.self) {
                    try await desk.service.evaluation(run.id, table: table)
                }
                #expect(error?.code == code, "\(table)")
                #expect(error?.field == field, "\(table)")
                #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
            }
            // The pool's connections are as good as before.
            _ = try await desk.service.evaluation(run.id)
        }
    }

    @Test func requestsThatMakeNoSense() async throws {
        try await Desk.open { desk in
            let queued = try await desk.service.submit(["source": ["example": "article", "rows": 50]])
            let waiting = await #expect(throws: TrainingError.self) { try await desk.service.evaluation(queued.id) }
            #expect(waiting?.code == .runNotReady)
            let run = try await desk.train(["source": ["example": "article", "rows": 50], "max_iter": 1])
            let missing = await #expect(throws: TrainingError.self) { try await desk.service.evaluation(99) }
            #expect(missing?.code == .runNotFound)
            let late = await #expect(throws: TrainingError.self) {
                try await desk.service.evaluation(run.id, epoch: .number(2))
            }
            #expect(late?.code == .epochNotFound)
            for split in [Split.validation, .test] {
                let error = await #expect(throws: TrainingError.self) {
                    try await desk.service.evaluation(run.id, split: split)
                }
                #expect(error?.code == .irrelevantOption && error?.field == "split")
                #expect(error?.message == "run \(run.id) has no \(split.rawValue) rows")
            }
            let both = await #expect(throws: TrainingError.self) {
                try await desk.service.evaluation(run.id, split: .train, table: "t")
            }
            #expect(both?.field == "split")
            for repeats in [0, 101] {
                let error = await #expect(throws: TrainingError.self) {
                    try await desk.service.evaluation(run.id, repeats: repeats)
                }
                #expect(error?.field == "repeats")
            }
        }
    }
}
