import JSONTree
import Postgres
import SQLText
import Testing

@testable import Training

/// A table with columns of every kind and names that need quotes, rows to learn from and rows to predict for.
enum OddTable {
    static let learned = #""odd ""t"" $$ ü""#
    static let fresh = #""fresh; --""#
    private static let one = #""n ""1""""#
    private static let plan = "\"plan\n;x\""
    /// 63 bytes, the longest there are.
    static let longest = String(repeating: "ü", count: 31) + "x"
    static let features = [
        "n \"1\"", longest, "member", "born", "seen", "zoned", "woken", "stay", "plan\n;x", "level", "code", "scores",
    ]

    /// - Parameter holes: whether rows to learn from have NULLs.
    static func script(holes: Bool) -> String {
        func hole(_ value: String, _ every: Int) -> String {
            holes ? "CASE WHEN i % \(every) <> 0 THEN \(value) END" : value
        }
        return """
            CREATE TYPE public.grade AS ENUM ('low', 'mid', 'top', 'never seen');
            CREATE TABLE public.\(learned) (
                id int, \(one) int, \(longest) numeric(20, 3), member boolean, born date, seen timestamp(3),
                zoned timestamptz, woken time, stay interval, \(plan) varchar(40), level public.grade, code int2, scores float4[],
                word text, flag boolean, number int, size float8);
            INSERT INTO public.\(learned)
            SELECT i, \(hole("20 + i % 50", 11)), i * 1.5, i % 3 = 0, date '1980-01-01' + i * 37,
                   timestamp '2024-01-01' + i * interval '7 hours', timestamptz '2024-01-01 00:00+00' + i * interval '5 hours',
                   \(hole("time '06:00' + i * interval '3 minutes'", 13)), i * interval '90 minutes',
                   \(hole(plans, 17)), (ARRAY['low', 'mid', 'top'])[i % 3 + 1]::public.grade, i % 5,
                   ARRAY[\(hole("i", 19)), i * i % 31, 7 - i % 4]::float4[],
                   (ARRAY['x''y', E'\\\\ "q"', E'$pgradient$ --\\n;'])[i % 3 + 1], i % 4 < 2, i % 4 - 1, sin(i) * 5
            FROM generate_series(1, 120) AS i;
            CREATE TABLE public.\(fresh) AS SELECT * FROM public.\(learned) WHERE id % 4 = 0;
            INSERT INTO public.\(fresh)
            SELECT 1000 + k, CASE WHEN k <> 1 THEN 33 END, CASE WHEN k = 2 THEN 'NaN' ELSE 4.5 END, k % 2 = 0,
                   CASE WHEN k = 3 THEN 'infinity' WHEN k <> 4 THEN date '1990-05-17' END, '2024-02-01 12:00', '2024-02-01 12:00+02',
                   '07:30', '2 hours', CASE WHEN k = 5 THEN 'nothing like it' WHEN k <> 6 THEN '$$' END,
                   CASE WHEN k = 7 THEN 'never seen' ELSE 'mid' END::public.grade, CASE WHEN k = 8 THEN 77 ELSE 3 END,
                   CASE k WHEN 9 THEN ARRAY[1, 2] WHEN 10 THEN ARRAY[1, NULL, 3] WHEN 11 THEN NULL
                          WHEN 12 THEN ARRAY[1, 2, 3, 4] ELSE ARRAY[1, 2, 3] END::float4[]
            FROM generate_series(1, 13) AS k;
            """
    }

    private static let plans =
        #"(ARRAY['it''s', E'back\\slash', '$$', '$pgradient$', ':name', E'two\nlines', '-- x', 'ü'])[i % 8 + 1]"#

    static func body(_ label: String, _ options: JSON) -> JSON {
        let own: JSON = [
            "source": ["table": .string("public." + learned)], "features": .array(features.map(JSON.string)),
            "columns": ["level": ["max_categories": 1], "code": ["type": "categorical"]], "label": .string(label),
            "hidden_layer_sizes": [4], "activation": "tanh", "max_iter": 3, "seed": 5, "batch_size": "full",
            "learning_rate_init": 0.05,
        ]
        return own.with(options)
    }

    /// The features of the fresh rows as `POST /predict` takes them.
    static func given(on desk: Desk) async throws -> [JSON] {
        let columns = try features.map { "\(try Identifier($0))" as SQL }.commaSeparated
        let rows = try await desk.query(
            "SELECT row_to_json(f)::text AS row FROM (SELECT \(columns) FROM public.\(unsafeRaw: fresh) ORDER BY id) AS f"
        )
        return try rows.map { try JSON(parsing: $0.decode(String.self, "row").utf8) }
    }
}
