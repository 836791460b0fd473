import JSONTree
import Postgres
import SQLText

/// The questions about scored rows of classes, two statements over them. Both compute the probabilities anew, in parallel where
/// the server can: to keep a million scored rows for the second takes longer than to score them again.
struct ClassificationStatement {
    let scored: ScoredRows
    /// How many classes the run has.
    let classes: Int

    /// A probability counts as at least this in the logarithmic loss.
    static let smallestProbability = 1e-15
    /// Bins of the calibration table.
    static let bins = 10
    /// More probabilities than this are not sorted for the areas under the curves.
    static let maximumRanked = 100_000_000

    /// Asks everything.
    /// - Returns: the measures, and how many rows have a label that is none of the classes.
    func measures(on connection: Connection) async throws -> (measures: ClassificationMeasures, unknown: Int) {
        let counted = try await scored.query(counting, name: "evaluation", on: connection)[0].tree("document")
        var measures = ClassificationMeasures(counted, classes: classes)
        let unknown = counted.count("unknown")
        guard unknown == 0, measures.rows <= Self.mostRankedRows(classes: classes) else { return (measures, unknown) }
        let areas = try await scored.query(ranking, name: "ROC AUC", on: connection)[0].tree("document")
        for (index, area) in (areas["classes"]?.arrayValue ?? []).enumerated() {
            measures.classes[index].rocAUC = area.doubleValue
        }
        // The two areas of two classes are one number.
        measures.rocAUC = classes == 2 ? measures.classes[1].rocAUC : areas.number("mean")
        return (measures, unknown)
    }

    /// Up to so many rows the areas under the curves are computed.
    static func mostRankedRows(classes: Int) -> Int { maximumRanked / (classes == 2 ? 1 : max(classes, 1)) }

    /// The probability that calibration looks at, and whether it came true.
    private var watched: (probability: SQL, cameTrue: SQL) {
        classes == 2
            ? ("probabilities[2]", "actual = 1") : ("probabilities[predicted::int4 + 1]", "actual = predicted")
    }

    /// One pass that counts and adds up by actual class, predicted class and bin; all else follows from these few rows.
    var counting: SQL {
        let bin: SQL = "least(floor(\(watched.probability) * \(literal: Self.bins)), \(literal: Self.bins - 1))::int4"
        return """
            WITH cells AS MATERIALIZED (
              SELECT actual::int4 AS actual, predicted::int4 AS predicted, \(bin) AS bin, count(*)::float8 AS rows,
                     sum(\(watched.probability)) AS probability,
                     sum(-ln(greatest(probabilities[actual::int4 + 1], \(literal: Self.smallestProbability)))) AS loss
              FROM \(scored.relation) GROUP BY 1, 2, 3),
            totals AS (
              SELECT sum(rows) AS rows, coalesce(sum(rows) FILTER (WHERE actual = predicted), 0) AS hits,
                     coalesce(sum(rows) FILTER (WHERE actual IS NULL), 0) AS unknown, sum(loss) AS loss
              FROM cells),
            actuals AS (
              SELECT actual AS class, sum(rows) AS support,
                     coalesce(sum(rows) FILTER (WHERE actual = predicted), 0) AS hits
              FROM cells GROUP BY actual),
            predictions AS (SELECT predicted AS class, sum(rows) AS predicted FROM cells GROUP BY predicted),
            counted AS (
              SELECT class, coalesce(support, 0) AS support, coalesce(predicted, 0) AS predicted, coalesce(hits, 0) AS hits
              FROM generate_series(0, \(literal: classes - 1)) AS class
              LEFT JOIN actuals USING (class) LEFT JOIN predictions USING (class)),
            report AS (
              SELECT class, support, predicted, hits / nullif(predicted, 0) AS precision, hits / nullif(support, 0) AS recall,
                     2 * hits / nullif(support + predicted, 0) AS f1
              FROM counted),
            bins AS (
              SELECT bin, coalesce(rows, 0) AS rows, probability / rows AS predicted, observed / rows AS observed
              FROM generate_series(0, \(literal: Self.bins - 1)) AS bin
              LEFT JOIN (
                SELECT bin, sum(rows) AS rows, sum(probability) AS probability,
                       coalesce(sum(rows) FILTER (WHERE \(watched.cameTrue)), 0) AS observed
                FROM cells GROUP BY bin) AS filled USING (bin))
            SELECT jsonb_build_object(
              'rows', totals.rows, 'unknown', totals.unknown, 'accuracy', totals.hits / totals.rows,
              'log_loss', totals.loss / totals.rows,
              'cells', (SELECT jsonb_agg(jsonb_build_array(actual, predicted, rows))
                        FROM (SELECT actual, predicted, sum(rows) AS rows FROM cells WHERE actual IS NOT NULL
                              GROUP BY actual, predicted) AS pairs),
              'classes', (SELECT jsonb_agg(to_jsonb(report) ORDER BY class) FROM report),
              'macro', (SELECT jsonb_build_object('precision', avg(precision), 'recall', avg(recall), 'f1', avg(f1))
                        FROM report),
              'weighted', (SELECT jsonb_build_object(\(Self.weighted("precision")), \(Self.weighted("recall")),
                                                     \(Self.weighted("f1"))) FROM report),
              'bins', (SELECT jsonb_agg(to_jsonb(bins) ORDER BY bin) FROM bins),
              'calibration_error', (SELECT sum(bins.rows * abs(bins.predicted - bins.observed)) FROM bins) / totals.rows
            )::text AS document
            FROM totals
            """
    }

    /// A mean weighted by support. Classes without the measure weigh nothing.
    private static func weighted(_ measure: StaticString) -> SQL {
        let column = Identifier(static: measure)
        return """
            \(literal: column.name), sum(support * \(column)) / nullif(sum(support) FILTER (WHERE \(column) IS NOT NULL), 0)
            """
    }

    /// The areas under the curves by ranks (Mann and Whitney 1947): of all pairs of a row of the class and one of
    /// another, the share in which the former has the higher probability, and half of the pairs in which both are equal.
    ///
    /// A running count takes in all rows of the same probability, and so counts the pairs that are not the wrong way round;
    /// counted from the other side, those that are not the right way round. All are whole numbers, exact in float8 up to 100 million rows.
    var ranking: SQL {
        let pairs: SQL =
            classes == 2
            ? """
            SELECT 1 AS class, probabilities[2] AS score, actual AS positive FROM \(scored.relation)
            """
            : """
            SELECT (class - 1)::int4 AS class, score, CASE WHEN actual = class - 1 THEN \(literal: 1.0) ELSE \(literal: 0.0) END AS positive
            FROM \(scored.relation) CROSS JOIN LATERAL unnest(probabilities) WITH ORDINALITY AS one (score, class)
            """
        return """
            WITH ranked AS (
              SELECT class, positive, sum(1 - positive) OVER up AS others, sum(positive) OVER up AS own
              FROM (\(pairs)) AS pairs WINDOW up AS (PARTITION BY class ORDER BY score)),
            summed AS (
              SELECT class, sum(positive) AS positives, sum(1 - positive) AS negatives,
                     sum(positive * others) AS not_below, sum((1 - positive) * own) AS not_above
              FROM ranked GROUP BY class),
            areas AS (
              SELECT class, (not_below + positives * negatives - not_above) / nullif(2 * positives * negatives, 0) AS area
              FROM summed)
            SELECT jsonb_build_object(
              'classes', (SELECT jsonb_agg(area ORDER BY class) FROM \(everyClass)), 'mean', (SELECT avg(area) FROM areas)
            )::text AS document
            """
    }

    /// With two classes the other's area is the same: its probability is the rest, its rows are the others.
    private var everyClass: SQL {
        classes == 2
            ? "(SELECT class, area FROM generate_series(0, 1) AS class, (SELECT area FROM areas) AS second) AS two_classes"
            : "areas"
    }
}

extension ClassificationMeasures {
    fileprivate init(_ document: JSON, classes count: Int) {
        var confusion = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
        for cell in document["cells"]?.arrayValue ?? [] {
            guard let cell = cell.arrayValue, cell.count == 3, let actual = cell[0].intValue,
                let predicted = cell[1].intValue, let rows = cell[2].intValue
            else { continue }
            confusion[actual][predicted] = rows
        }
        rows = document.count("rows")
        accuracy = document.number("accuracy")
        logLoss = document.number("log_loss")
        self.confusion = confusion
        classes = (document["classes"]?.arrayValue ?? []).map { line in
            ByClass(
                precision: line.number("precision"),
                recall: line.number("recall"),
                f1: line.number("f1"),
                support: line.count("support"),
                predicted: line.count("predicted")
            )
        }
        macro = Average(document["macro"])
        weighted = Average(document["weighted"])
        calibration = (document["bins"]?.arrayValue ?? []).enumerated().map { index, line in
            Bin(
                from: Double(index) / Double(ClassificationStatement.bins),
                to: Double(index + 1) / Double(ClassificationStatement.bins),
                rows: line.count("rows"),
                predicted: line.number("predicted"),
                observed: line.number("observed")
            )
        }
        calibrationError = document.number("calibration_error")
    }
}

extension ClassificationMeasures.Average {
    fileprivate init(_ document: JSON?) {
        self.init(
            precision: document?.number("precision"),
            recall: document?.number("recall"),
            f1: document?.number("f1")
        )
    }
}
