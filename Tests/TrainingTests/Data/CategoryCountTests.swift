import JSONTree
import Postgres
import Testing

@testable import Training

/// Categories and classes are counted alike, in one pass over combinations or in one for each column.
@Suite struct CategoryCountTests {
    private static let body: JSON = [
        "source": ["table": "goods"], "label": "sold", "hidden_layer_sizes": [2], "max_iter": 1, "seed": 1,
    ]

    /// `maker` goes through its values in step with `color`, so that combinations are few; `serial` makes each row one of
    /// its own.
    private static let goods = """
        CREATE TABLE goods AS
        SELECT i::float8 AS weight, (ARRAY['red', 'green', 'blue', 'red', 'red', 'green'])[i % 6 + 1] AS color,
               nullif((ARRAY['a', 'b', 'c'])[i % 3 + 1], 'c') AS maker, 'no ' || i AS serial,
               (ARRAY[10, 9, -1, 10])[i % 4 + 1] AS sold, CASE WHEN i % 10 = 7 THEN 1 ELSE 0 END AS split
        FROM generate_series(1, 600) AS i
        """

    /// In one pass and in several: with and without the column that keeps combinations from coming again.
    @Test(arguments: [["weight", "color", "maker"], ["weight", "color", "maker", "serial"]], ["", "split"])
    func countsAreThoseOfGroupBy(_ features: [String], _ split: String) async throws {
        try await Desk.open { desk in
            try await desk.script(Self.goods)
            let held: JSON = split.isEmpty ? [:] : ["split_column": .string(split)]
            let options: JSON = ["features": .array(features.map(JSON.string)), "nulls": "mean"]
            let run = try await desk.train(Self.body.with(options).with(held))
            let facts = try DatasetFacts(of: run)
            let condition = split.isEmpty ? "" : "WHERE split = 0"
            let classes = try await desk.query(
                "SELECT sold::text AS name, count(*) AS rows FROM goods \(unsafeRaw: condition) GROUP BY sold ORDER BY sold"
            )
            #expect(facts.classes == (try classes.decode(String.self, "name")))
            #expect(facts.classCounts == (try classes.decode(Int.self, "rows")))
            for encoding in facts.encodings where encoding.feature.isCategorical {
                let expected = try await desk.query(
                    """
                    SELECT name FROM (SELECT \(unsafeRaw: encoding.feature.name) AS name FROM goods
                                      \(unsafeRaw: condition)) AS kept
                    WHERE name IS NOT NULL GROUP BY name ORDER BY count(*) DESC, name COLLATE "C" LIMIT 50
                    """
                ).decode(String.self, "name")
                #expect(
                    encoding.content == .category(expected, hasOther: encoding.feature.name != "color"),
                    "\(encoding.feature.name)"
                )
            }
        }
    }

    /// What is only among the rows that are held out: a category is one that is not known, a class is refused.
    @Test func heldOutValuesAreNotLearned() async throws {
        try await Desk.open { desk in
            try await desk.script(Self.goods)
            try await desk.script("UPDATE goods SET color = 'violet' WHERE split = 1")
            let body = Self.body.with(["features": ["weight", "color"], "split_column": "split"])
            let run = try await desk.train(body)
            #expect(
                try DatasetFacts(of: run).encodings.last?.content
                    == .category(["red", "green", "blue"], hasOther: false)
            )
            try await desk.script("UPDATE goods SET sold = 77 WHERE split = 1")
            let failed = try await desk.train(body)
            #expect(failed.error?["code"] == "too_few_classes")
            #expect(failed.error?["message"]?.stringValue?.contains("\"77\"") == true, "\(failed.error?.compact ?? "")")
        }
    }
}
