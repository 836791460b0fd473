import Foundation
import JSONTree
import Networks
import Postgres
import Testing

@testable import Training

/// Decision pictures: every cell against the interpreter, and the frame they are drawn on.
@Suite struct PictureTests {
    private static let table = """
        CREATE TABLE field AS
        SELECT sin(i) * 3 + 100 AS a, cos(i * 3) * 7 AS b, i % 2 = 0 AS flag, date '2020-02-01' + i AS day,
               (ARRAY['u', 'v', 'w'])[i % 3 + 1] AS c, sin(i) - cos(i * 3) AS r, sin(i) > 0 AS f,
               CASE WHEN i % 4 = 0 THEN 'validation' ELSE 'train' END AS split, ARRAY[sin(i), cos(i)] AS pair
        FROM generate_series(1, 80) AS i
        """

    private static func body(_ features: [JSON], _ label: String) -> JSON {
        [
            "source": ["table": "field"], "features": .array(features), "label": .string(label), "max_iter": 5,
            "hidden_layer_sizes": [4], "activation": "tanh", "seed": 2, "learning_rate_init": 0.05,
        ]
    }

    /// What the interpreter says in the middle of every cell, in the order of the cells.
    private static func interpreted(_ run: Run, _ parameters: Parameters, _ picture: DecisionPicture) throws
        -> [[Double]]
    {
        let facts = try DatasetFacts(of: run)
        let step = try TrainingStep(
            try TrainingRequest(run.spec).network(
                task: run.task,
                layerSizes: parameters.layerSizes,
                columns: facts.columns,
                iterationsPerEpoch: 1
            )
        )
        func middle(_ axis: DecisionPicture.Axis, _ place: Int, _ feature: Int) -> Double {
            let value = axis.from + (axis.to - axis.from) * (Double(place) + 0.5) / Double(picture.size)
            return (value - facts.scalings[feature].mean) / facts.scalings[feature].scale
        }
        let features = (0..<picture.size).flatMap { line in
            (0..<picture.size).flatMap { [middle(picture.x, $0, 0), middle(picture.y, line, 1)] }
        }
        let count = picture.size * picture.size
        let values = ReferenceTraining(step: step, weights: parameters.weights)
            .evaluate([step.perRow.prediction], features: features, labels: [Double](repeating: 0, count: count))[0]
            .values
        let width = values.count / count
        return (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }

    private static func check(_ run: Run, _ epoch: EpochChoice, size: Int, on desk: Desk) async throws {
        let picture = try await desk.service.picture(run.id, epoch: epoch, size: size, points: 0)
        let parameters = try await desk.service.parameters(run.id, epoch)
        #expect(picture.epoch == parameters.epoch)
        #expect(picture.points == nil)
        #expect(picture.cells.map(\.count) == Array(repeating: size, count: size))
        let (cells, expected) = (picture.cells.flatMap(\.self), try interpreted(run, parameters, picture))
        try #require(cells.count == expected.count)
        guard let confidence = picture.confidence?.flatMap(\.self) else {
            #expect(picture.classes == nil)
            #expect(difference(cells, expected.map { $0[0] }) < 1e-10)
            return
        }
        #expect(picture.classes == run.classes)
        for (index, probabilities) in expected.enumerated() {
            let most = probabilities.max() ?? 0
            #expect(abs(confidence[index] - most) < 1e-10)
            #expect(abs(probabilities[Int(cells[index])] - most) < 1e-10)
        }
    }

    @Test(
        arguments: [
            (["a", "b"], "f", ["loss": "logistic"]), (["a", "b"], "f", [:]), (["a", "b"], "c", ["standardize": false]),
            (["a", "b"], "r", [:]), (["b", "a"], "r", ["standardize": false, "loss": "huber"]),
            (["day", "b"], "c", [:]),
            (["flag", "day"], "r", [:]), (["a", "flag"], "c", ["nulls": "mean"]),
        ] as [([JSON], String, JSON)]
    )
    func cellsAreWhatTheNetworkSays(_ features: [JSON], _ label: String, _ options: JSON) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body(features, label).with(options))
            for (epoch, size) in [(EpochChoice.last, 7), (.best, 2), (.number(3), 5), (.number(0), 5)] {
                try await Self.check(run, epoch, size: size, on: desk)
            }
        }
    }

    @Test func axesHoldAllRowsInTheUnitsOfTheirColumns() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(
                Self.body(["day", "a"], "c").with(["split_column": "split"])
            )
            let picture = try await desk.service.picture(run.id, size: 2, points: 500)
            #expect(picture.x.column == "day" && picture.x.kind == "date")
            // 2020-02-02 is day 18294; 79 days follow it.
            #expect(abs(picture.x.from - (18_294 - 79.0 / 20)) < 1e-6)
            #expect(abs(picture.x.to - (18_294 + 79 + 79.0 / 20)) < 1e-6)
            #expect(picture.y.column == "a" && picture.y.kind == "real")
            #expect((96.5...97.1).contains(picture.y.from) && (102.9...103.5).contains(picture.y.to))
            let points = try #require(picture.points)
            #expect(points.count == 80)
            let rows = try await desk.query(
                "SELECT day - date '1970-01-01' AS x, a, array_position(ARRAY['u', 'v', 'w'], c) - 1 AS label, split FROM field"
            )
            var left = points
            for row in rows {
                let (x, a): (Int, Double) = (try row.get("x"), try row.get("a"))
                let (label, split): (Int, String) = (try row.get("label"), try row.get("split"))
                let place = left.firstIndex { point in
                    abs(point.x - Double(x)) < 1e-6 && abs(point.y - a) < 1e-9 && point.label == Double(label)
                        && point.split.rawValue == split
                }
                left.remove(at: try #require(place, "no point for the row at \(x)"))
            }
            let few = try await desk.service.picture(run.id, size: 2, points: 10)
            #expect(few.points == Array(points.prefix(10)))
        }
    }

    /// Draws from more rows than are kept: as often from either split, and each class, as there are rows.
    @Test func theSampleIsFair() async throws {
        try await Desk.open { desk in
            try await desk.script(
                """
                CREATE TABLE field AS SELECT i % 2 = 0 AS p, i % 10 = 0 AS q, (i % 5 = 0)::int4 AS y,
                    i % 4 = 1 AS split FROM generate_series(1, 20000) AS i
                """
            )
            let run = try await desk.train([
                "source": ["table": "field"], "label": "y", "max_iter": 1, "hidden_layer_sizes": [],
                "split_column": "split",
            ])
            let points = try #require(try await desk.service.picture(run.id, size: 2, points: 500).points)
            #expect(points.count == 500)
            // Four standard deviations of a share among 500.
            func expect(_ share: Double, _ isMeant: (DecisionPicture.Point) -> Bool) {
                let found = Double(points.count(where: isMeant)) / 500
                #expect(abs(found - share) < 4 * (share * (1 - share) / 500).squareRoot(), "\(found) and not \(share)")
            }
            expect(0.25) { $0.split == .validation }
            expect(0.5) { $0.x > 0.5 }
            expect(0.1) { $0.y > 0.5 }
            expect(0.2) { $0.label == 1 }
        }
    }

    /// A run that was prepared before frames were kept has one made from its source, once.
    @Test func aFrameIsMadeAgainFromTheSource() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body(["a", "b"], "c").with(["split_column": "split"]))
            let before = try await desk.service.picture(run.id, size: 4, points: 500)
            try await desk.script("DELETE FROM pgradient.pictures")
            let after = try await desk.service.picture(run.id, size: 4, points: 500)
            #expect(after.x == before.x && after.y == before.y && after.cells == before.cells)
            #expect(Set(after.points ?? []) == Set(before.points ?? []))
            #expect(after.notice == nil)
            try await desk.script("DELETE FROM pgradient.pictures; DELETE FROM field WHERE a > 102")
            let changed = try await desk.service.picture(run.id, size: 4, points: 500)
            #expect(changed.x.to < before.x.to)
            #expect(changed.notice?.contains("rows to train on now, and had 60") == true, "\(changed.notice ?? "")")
            // Kept from now on, whatever becomes of the source.
            try await desk.script("DROP TABLE field")
            #expect(try await desk.service.picture(run.id, size: 4, points: 500).points == changed.points)
            try await desk.script("DELETE FROM pgradient.pictures")
            let error = await #expect(throws: TrainingError.self) {
                _ = try await desk.service.picture(run.id, size: 4, points: 500)
            }
            #expect(error?.code == .unknownTable)
        }
    }

    @Test func deletedWithTheRun() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body(["a", "b"], "c"))
            #expect(try await desk.value(Int.self, "SELECT count(*) FROM pgradient.pictures") == 1)
            try await desk.service.delete([run.id])
            #expect(try await desk.value(Int.self, "SELECT count(*) FROM pgradient.pictures") == 0)
        }
    }

    @Test(
        arguments: [
            (["a"], "1 feature, \"a\";"), (["a", "b", "day"], "3 features, \"a\", \"b\", \"day\";"),
            (["a", "c"], "2 features, \"a\", \"c\" (categories);"), (["pair"], "1 feature, \"pair\" (an array of 2);"),
        ] as [([JSON], String)]
    )
    func refused(_ features: [JSON], _ words: String) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.table)
            let run = try await desk.train(Self.body(features, "r"))
            let error = await #expect(throws: TrainingError.self) {
                _ = try await desk.service.picture(run.id, size: 4, points: 0)
            }
            #expect(error?.code == .notTwoInputs)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }
}
