import JSONTree
import Testing

@testable import Training

/// A linear model with given weights on made-up rows, and what scikit-learn 1.9.1 says about it.
///
/// The expected numbers were computed once, with
///
///     i = numpy.arange(1, 501)
///     a = (i * 7919 % 13) / 6.0 - 1
///     b = (i * 104729 % 17) / 8.0 - 1
///     e = (i * 15485863 % 1000) / 1000.0 - 0.5
///     two = (a + 0.5 * b + e > 0)
///     three = numpy.where(a + e > 0.4, 2, numpy.where(b + e > 0.1, 1, 0))
///     r = 2 * a - b + 3 * e
///
/// softmax of `a * w[0] + b * w[1] + bias`, and `confusion_matrix`, `log_loss`, `precision_recall_fscore_support`,
/// `roc_auc_score` (`multi_class="ovr"`), `root_mean_squared_error`, `mean_absolute_error`, `r2_score`, `max_error`. The calibration
/// error is numpy's mean over the ten bins of `floor(10 * p)`.
@Suite struct AgainstScikitLearnTests {
    private static let table = """
        CREATE TABLE grid AS
        SELECT a, b, (a + 0.5::float8 * b + e > 0)::int4 AS two,
               CASE WHEN a + e > 0.4::float8 THEN 2 WHEN b + e > 0.1::float8 THEN 1 ELSE 0 END AS three,
               2 * a - b + 3 * e AS r
        FROM (SELECT (i * 7919 % 13) / 6.0::float8 - 1 AS a, (i * 104729 % 17) / 8.0::float8 - 1 AS b,
                     (i * 15485863 % 1000) / 1000.0::float8 - 0.5::float8 AS e
              FROM generate_series(1::int8, 500) AS i) AS rows
        """

    private static func evaluation(_ label: String, _ weights: [JSON], on desk: Desk) async throws -> Evaluation {
        try await desk.script(table)
        let run = try await desk.train([
            "source": ["table": "grid"], "features": ["a", "b"], "label": .string(label), "hidden_layer_sizes": [],
            "task": .string(label == "r" ? "regression" : "classification"), "standardize": false,
            "init": "weights", "weights": .array(weights), "max_iter": 1,
        ])
        #expect(run.state == .succeeded)
        return try await desk.service.evaluation(run.id, epoch: .number(0))
    }

    private static func check(_ found: [Double?], _ wanted: [Double], _ what: Comment) {
        #expect(difference(found.map { $0 ?? .nan }, wanted) < 1e-12, what)
    }

    @Test func twoClasses() async throws {
        try await Desk.open { desk in
            let found = try await Self.evaluation("two", [-0.71, 1.13, 0.29, 0.87, 0.11, -0.23], on: desk)
            guard case .classification(let found) = found.measures else {
                Issue.record("\(found)")
                return
            }
            #expect(found.confusion == [[235, 9], [61, 195]])
            Self.check(
                [found.accuracy, found.logLoss, found.rocAUC, found.calibrationError],
                [0.86, 0.4036768714403222, 0.9543016777663935, 0.1619227066282065],
                "totals"
            )
            Self.check(found.classes.map(\.precision), [0.793918918918919, 0.9558823529411765], "precision")
            Self.check(found.classes.map(\.recall), [0.9631147540983607, 0.76171875], "recall")
            Self.check(found.classes.map(\.f1), [0.8703703703703703, 0.8478260869565217], "F1")
            #expect(found.classes.map(\.support) == [244, 256])
            Self.check(
                [found.macro.precision, found.macro.recall, found.macro.f1],
                [0.8749006359300477, 0.8624167520491803, 0.8590982286634461],
                "macro"
            )
            Self.check(
                [found.weighted.precision, found.weighted.recall, found.weighted.f1],
                [0.8768441971383149, 0.86, 0.8588276972624799],
                "weighted"
            )
            #expect(found.calibration.map(\.rows) == [24, 99, 60, 59, 52, 46, 59, 62, 39, 0])
            Self.check(
                found.calibration.dropLast().map(\.predicted),
                [
                    0.08006372053646911, 0.1485738524491678, 0.24962801440565435, 0.35011007359170504,
                    0.44599502524863044, 0.5499261747432191, 0.651872051225941, 0.7455087605248252,
                    0.8415342145559424,
                ],
                "bins"
            )
            Self.check(
                found.calibration.dropLast().map(\.observed),
                [
                    0, 0, 0.16666666666666666, 0.3898305084745763, 0.5192307692307693, 0.8695652173913043,
                    0.9322033898305084, 1, 1,
                ],
                "observed"
            )
            #expect(found.calibration[9].predicted == nil)
        }
    }

    @Test func threeClasses() async throws {
        try await Desk.open { desk in
            let weights: [JSON] = [-0.71, -1.13, 1.57, -0.83, 1.29, 0.17, 0.11, 0.05, -0.23]
            let found = try await Self.evaluation("three", weights, on: desk)
            guard case .classification(let found) = found.measures else {
                Issue.record("\(found)")
                return
            }
            #expect(found.confusion == [[137, 30, 30], [5, 131, 8], [17, 11, 131]])
            Self.check(
                [found.accuracy, found.logLoss, found.rocAUC, found.calibrationError],
                [0.798, 0.5787708934843934, 0.9432580054975865, 0.16321095986284176],
                "totals"
            )
            Self.check(
                found.classes.map(\.rocAUC),
                [0.9165703372367694, 0.9583723470661674, 0.9548313321898227],
                "ROC AUC"
            )
            Self.check(
                found.classes.map(\.precision),
                [0.8616352201257862, 0.7616279069767442, 0.7751479289940828],
                "precision"
            )
            Self.check(
                found.classes.map(\.f1),
                [0.7696629213483146, 0.8291139240506329, 0.7987804878048781],
                "F1"
            )
            Self.check(
                [found.macro.f1, found.weighted.precision, found.weighted.f1],
                [0.7991857777346084, 0.8053301553589803, 0.7960441962597695],
                "averages"
            )
            #expect(found.calibration.map(\.rows) == [0, 0, 0, 11, 79, 118, 115, 123, 52, 2])
        }
    }

    @Test func numbers() async throws {
        try await Desk.open { desk in
            let found = try await Self.evaluation("r", [1.7, -0.6, 0.13], on: desk)
            guard case .regression(let found) = found.measures else {
                Issue.record("\(found)")
                return
            }
            Self.check(
                [found.rmse, found.mae, found.r2, found.meanError, found.maximumError],
                [0.9152315007690677, 0.774748, 0.6836791592406967, 0.1181, 2.133],
                "errors"
            )
            #expect(found.deciles.map(\.rows) == [Int](repeating: 50, count: 10))
        }
    }
}
