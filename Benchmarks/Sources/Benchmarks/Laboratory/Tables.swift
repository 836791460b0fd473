import JSONTree
import Postgres
import SQLText

/// Source tables that both sides read.
extension Laboratory {
    /// The rows of the article's example as a table of x1, x2 and y, made once.
    /// - Returns: its name.
    func articleTable(rows: Int) async throws -> String {
        let name = "article_\(rows)"
        try await run(
            """
            CREATE TABLE IF NOT EXISTS \(name) AS
            SELECT x1, x2, (x1 + x2 > 0)::int4 AS y
            FROM (SELECT sqrt(-2 * ln(u)) * cos(2 * pi() * v) AS x1, sqrt(-2 * ln(u)) * sin(2 * pi() * v) AS x2
                  FROM (SELECT \(Self.uniform(9)) AS u, \(Self.uniform(10)) AS v FROM generate_series(1, \(rows)) AS i
                        OFFSET 0) AS uniforms OFFSET 0) AS normals;
            ANALYZE \(name)
            """
        )
        return name
    }

    /// As the example of pgradient makes them: hashed from the number of the row, between 0 and 1.
    private static func uniform(_ stream: Int) -> String {
        "(((hashint8extended(i, \(stream)) & 4503599627370495)::float8 + 0.5) / 4503599627370496)"
    }

    /// The flowers, as the README loads them.
    func irisTable() async throws -> String {
        try await run(
            """
            CREATE TABLE IF NOT EXISTS iris
            (sepal_length float8, sepal_width float8, petal_length float8, petal_width float8, species text);
            TRUNCATE iris
            """
        )
        _ = try await Psql(self).run(["-c", "\\copy iris FROM '\(Places.iris)' WITH (FORMAT csv, HEADER)"])
        return "iris"
    }

    /// Statements of our own.
    func run(_ text: String) async throws {
        try await service.pool.withConnection { try await $0.script(text) }
    }

    /// A request for the article's network on a table, full batch unless told otherwise.
    static func article(_ table: String, _ options: JSON) -> JSON {
        var body: JSON = [
            "source": ["table": .string(table)], "label": "y", "features": ["x1", "x2"], "task": "classification",
            "hidden_layer_sizes": [2], "solver": "sgd", "momentum": 0, "learning_rate_init": 2, "l2_reg": 1e-3,
            "batch_size": "full", "tol": 0, "standardize": false, "seed": 1,
            "weights": .array(weights.map(JSON.number)),
        ]
        for (key, value) in options.objectValue ?? [:] { body.set(key, value) }
        return body
    }

    /// The article's initial weights, which both sides begin with.
    static let weights = [
        -0.00569693, 0.00186517, 0.00414431, 0.0105101, 0, 0,
        -0.01312284, -0.01269512, 0.00379152, -0.01218354, 0, 0,
    ]
}
