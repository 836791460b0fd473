import Foundation
import Postgres
import SQLText
import Testing

@testable import Training

/// Measures of a handful of rows, worked out by hand.
@Suite struct MeasureTests {
    /// Rows as (actual, probabilities); the predicted class is the most probable one, the first of equals.
    private static func classification(
        _ rows: [(actual: Double, probabilities: [Double])],
        on desk: Desk
    ) async throws -> ClassificationMeasures {
        let values = rows.map { row -> SQL in
            let predicted = row.probabilities.indices.max {
                (row.probabilities[$0], $1) < (row.probabilities[$1], $0)
            }
            return "(\(row.actual), \(Double(predicted ?? 0)), \(SQLValue.float8Array(row.probabilities)))"
        }
        let scored = ScoredRows(
            relation: "(VALUES \(values.commaSeparated)) AS scored_rows (actual, predicted, probabilities)"
        )
        let statement = ClassificationStatement(scored: scored, classes: rows[0].probabilities.count)
        return try await desk.withConnection { connection in
            let (measures, unknown) = try await statement.measures(on: connection)
            #expect(unknown == 0)
            return measures
        }
    }

    private static func regression(
        _ rows: [(actual: Double, predicted: Double)],
        on desk: Desk
    ) async throws -> RegressionMeasures {
        let values = rows.map { "(\($0.actual), \($0.predicted))" as SQL }
        let scored = ScoredRows(relation: "(VALUES \(values.commaSeparated)) AS scored_rows (actual, predicted)")
        return try await desk.withConnection { try await RegressionStatement(scored: scored).measures(on: $0) }
    }

    private static func close(_ found: Double?, _ wanted: Double) -> Bool {
        found.map { abs($0 - wanted) < 1e-14 } ?? false
    }

    /// Two classes, five rows, two ties between the classes.
    @Test func twoClassesWithTies() async throws {
        try await Desk.shared { desk in
            let found = try await Self.classification(
                [(1, [0.1, 0.9]), (1, [0.6, 0.4]), (0, [0.6, 0.4]), (0, [0.8, 0.2]), (1, [0.8, 0.2])],
                on: desk
            )
            // Class 0 is predicted for all but the first row.
            #expect(found.confusion == [[2, 0], [2, 1]])
            #expect(found.rows == 5)
            #expect(found.accuracy == 0.6)
            // Of 4 rows called 0, 2 are; both rows of 0 are found; 2·2 / (2 + 4).
            #expect(found.classes[0].precision == 0.5)
            #expect(found.classes[0].recall == 1)
            #expect(Self.close(found.classes[0].f1, 2.0 / 3))
            #expect((found.classes[0].support, found.classes[0].predicted) == (2, 4))
            // The one row called 1 is; 1 of 3 is found; 2·1 / (3 + 1).
            #expect(found.classes[1].precision == 1)
            #expect(Self.close(found.classes[1].recall, 1.0 / 3))
            #expect(found.classes[1].f1 == 0.5)
            #expect((found.classes[1].support, found.classes[1].predicted) == (3, 1))
            #expect(found.macro.precision == 0.75)
            #expect(Self.close(found.macro.recall, 2.0 / 3))
            #expect(Self.close(found.macro.f1, 7.0 / 12))
            // (2·½ + 3·1) / 5, (2·1 + 3·⅓) / 5, (2·⅔ + 3·½) / 5
            #expect(Self.close(found.weighted.precision, 0.8))
            #expect(Self.close(found.weighted.recall, 0.6))
            #expect(Self.close(found.weighted.f1, 17.0 / 30))
            let loss = -(log(0.9) + log(0.4) + log(0.6) + log(0.8) + log(0.2)) / 5
            #expect(Self.close(found.logLoss, loss))
            // Pairs of a 1 and a 0: 0.9 beats both, 0.4 ties one and beats one, 0.2 loses one and ties one: 4 of 6.
            #expect(Self.close(found.rocAUC, 2.0 / 3))
            #expect(found.classes.map(\.rocAUC) == [found.rocAUC, found.rocAUC])
            // Two rows at 0.2, one of them a 1; two at 0.4, one of them a 1; one at 0.9, a 1.
            #expect(found.calibration.map(\.rows) == [0, 0, 2, 0, 2, 0, 0, 0, 0, 1])
            #expect(found.calibration.map(\.predicted) == [nil, nil, 0.2, nil, 0.4, nil, nil, nil, nil, 0.9])
            #expect(found.calibration.map(\.observed) == [nil, nil, 0.5, nil, 0.5, nil, nil, nil, nil, 1])
            #expect(found.calibration[2].from == 0.2 && found.calibration[9].to == 1)
            // (2·0.3 + 2·0.1 + 1·0.1) / 5
            #expect(Self.close(found.calibrationError, 0.18))
        }
    }

    /// The third class neither occurs nor is predicted: it has no measures and is left out of the averages.
    @Test func aClassThatIsAbsent() async throws {
        try await Desk.shared { desk in
            let found = try await Self.classification(
                [(0, [0.7, 0.2, 0.1]), (1, [0.5, 0.3, 0.2]), (1, [0.1, 0.6, 0.3])],
                on: desk
            )
            #expect(found.confusion == [[1, 0, 0], [1, 1, 0], [0, 0, 0]])
            let absent = found.classes[2]
            #expect(absent.precision == nil && absent.recall == nil && absent.f1 == nil && absent.rocAUC == nil)
            #expect((absent.support, absent.predicted) == (0, 0))
            // Class 0: 1 of 2 and 1 of 1; class 1: 1 of 1 and 1 of 2; both F1 2·1 / 3.
            #expect(found.macro.precision == 0.75)
            #expect(found.macro.recall == 0.75)
            #expect(Self.close(found.macro.f1, 2.0 / 3))
            // (1·½ + 2·1) / 3, (1·1 + 2·½) / 3
            #expect(Self.close(found.weighted.precision, 2.5 / 3))
            #expect(Self.close(found.weighted.recall, 2.0 / 3))
            // Class 0: 0.7 above 0.5 and 0.1. Class 1: 0.3 and 0.6 above 0.2.
            #expect(found.classes[0].rocAUC == 1)
            #expect(found.classes[1].rocAUC == 1)
            #expect(found.rocAUC == 1)
            // Of the predicted class: 0.7 right, 0.5 wrong, 0.6 right: (0.3 + 0.5 + 0.4) / 3.
            #expect(found.calibration.map(\.rows) == [0, 0, 0, 0, 0, 1, 1, 1, 0, 0])
            #expect(found.calibration[5].observed == 0)
            #expect(Self.close(found.calibrationError, 0.4))
        }
    }

    /// A precision that does not exist is nil; a recall of rows that were all missed is 0.
    @Test func aClassThatIsNeverPredicted() async throws {
        try await Desk.shared { desk in
            let found = try await Self.classification([(0, [0.9, 0.1]), (1, [0.8, 0.2])], on: desk)
            #expect(found.classes[1].precision == nil)
            #expect(found.classes[1].recall == 0)
            #expect(found.classes[1].f1 == 0)
            // Class 0 alone has one: 1 of 2.
            #expect(found.macro.precision == 0.5)
            #expect(found.weighted.precision == 0.5)
            #expect(found.rocAUC == 1)
        }
    }

    @Test func theSamePredictionForAll() async throws {
        try await Desk.shared { desk in
            let found = try await Self.classification(
                [(0, [0.5, 0.5]), (1, [0.5, 0.5]), (1, [0.5, 0.5])],
                on: desk
            )
            #expect(found.confusion == [[1, 0], [2, 0]])
            #expect(found.rocAUC == 0.5)
            #expect(Self.close(found.logLoss, log(2)))
            // 2 of 3 rows are of class 1, which had one half.
            #expect(Self.close(found.calibrationError, 1.0 / 6))
        }
    }

    /// A probability of 0 for what happened costs −ln 1e-15; one of 1 belongs into the last bin.
    @Test func certainAndWrong() async throws {
        try await Desk.shared { desk in
            let found = try await Self.classification([(1, [1, 0]), (1, [0, 1])], on: desk)
            #expect(Self.close(found.logLoss, 34.538776394910684 / 2))
            #expect(found.rocAUC == nil, "there is no row of class 0")
            #expect(found.classes.allSatisfy { $0.rocAUC == nil })
            #expect(found.calibration.map(\.rows) == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1])
            #expect(found.calibrationError == 0.5)
        }
    }

    @Test func oneRow() async throws {
        try await Desk.shared { desk in
            let classes = try await Self.classification([(0, [0.5, 0.25, 0.25])], on: desk)
            #expect(classes.accuracy == 1)
            #expect(Self.close(classes.logLoss, log(2)))
            #expect(classes.rocAUC == nil)
            #expect(classes.calibrationError == 0.5)
            let numbers = try await Self.regression([(3, 5)], on: desk)
            #expect(numbers.rows == 1)
            #expect(numbers.rmse == 2 && numbers.mae == 2 && numbers.meanError == 2 && numbers.maximumError == 2)
            #expect(numbers.r2 == nil)
            #expect(numbers.deciles == [.init(rows: 1, from: 5, to: 5, predicted: 5, actual: 3)])
        }
    }

    @Test func numbers() async throws {
        try await Desk.shared { desk in
            let found = try await Self.regression([(1, 1), (2, 2), (3, 5), (4, 1)], on: desk)
            // Errors 0, 0, 2, −3: squares 13, magnitudes 5, sum −1.
            #expect(found.rmse == (13.0 / 4).squareRoot())
            #expect(found.mae == 1.25)
            #expect(found.meanError == -0.25)
            #expect(found.maximumError == 3)
            // The squares around the mean 2.5 are 2.25 + 0.25 + 0.25 + 2.25.
            #expect(Self.close(found.r2, 1 - 13.0 / 5))
            // By prediction; the equal ones by their value.
            #expect(found.deciles.map(\.predicted) == [1, 1, 2, 5])
            #expect(found.deciles.map(\.actual) == [1, 4, 2, 3])
        }
    }

    @Test func tenthsOfTheRows() async throws {
        try await Desk.shared { desk in
            // 21 rows: the first part has three, the others two.
            let found = try await Self.regression((0..<21).map { (Double($0) * 2, Double($0)) }, on: desk)
            #expect(found.deciles.map(\.rows) == [3, 2, 2, 2, 2, 2, 2, 2, 2, 2])
            #expect(found.deciles[0] == .init(rows: 3, from: 0, to: 2, predicted: 1, actual: 2))
            #expect(found.deciles[9] == .init(rows: 2, from: 19, to: 20, predicted: 19.5, actual: 39))
        }
    }

    @Test func noVariance() async throws {
        try await Desk.shared { desk in
            // 0.1 three times: rounding would leave a variance.
            let found = try await Self.regression([(0.1, 0.1), (0.1, 0.1), (0.1, 1.1)], on: desk)
            #expect(found.r2 == nil)
            #expect(Self.close(found.maximumError, 1))
        }
    }

    /// Squares of what is too small would be an error in the database.
    @Test func errorsTooSmallToSquare() async throws {
        try await Desk.shared { desk in
            let found = try await Self.regression([(0, 1e-300), (1, 1)], on: desk)
            #expect(found.rmse == 0 && found.mae == 0 && found.r2 == 1)
        }
    }

    @Test func errorsTooLargeToSquare() async throws {
        try await Desk.shared { desk in
            let error = await #expect(throws: TrainingError.self) {
                try await Self.regression([(0, 1e200), (1, 1)], on: desk)
            }
            #expect(error?.code == .valuesTooLarge)
            #expect(error?.sqlState == "22003")
        }
    }

    @Test func labelsThatAreNoClass() async throws {
        try await Desk.shared { desk in
            let scored = ScoredRows(
                relation: """
                    (VALUES (0::float8, 0::float8, '{0.5,0.5}'::float8[]), (NULL, 0, '{0.5,0.5}'), (NULL, 0, '{0.5,0.5}'))
                    AS scored_rows (actual, predicted, probabilities)
                    """
            )
            let (measures, unknown) = try await desk.withConnection {
                try await ClassificationStatement(scored: scored, classes: 2).measures(on: $0)
            }
            #expect(unknown == 2)
            #expect(measures.rocAUC == nil)
        }
    }

    @Test func howManyRowsAreRanked() {
        #expect(ClassificationStatement.mostRankedRows(classes: 2) == 100_000_000)
        #expect(ClassificationStatement.mostRankedRows(classes: 1000) == 100_000)
    }
}
