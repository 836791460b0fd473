import SQLText

/// Example rows, made in the database by hashing the row number and the seed: the same on every server version.
///
/// `hashint8extended` decides where PostgreSQL puts the rows of hash-partitioned tables, so its values can't change.
public enum ExampleData {
    /// The examples there are.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// x1, x2 ~ N(0, 1); y = 1 where x1 + x2 > 0.
        case article
    }

    static let defaultRows = 100_000
    static let defaultSeed = 1
    static let features = ["x1", "x2"]
    static let label = "y"

    /// The article's initial weights, in the documented order: drawn once from N(0, 0.01²), biases 0.
    static let articleWeights = [
        -0.00569693, 0.00186517, 0.00414431, 0.0105101, 0, 0,
        -0.01312284, -0.01269512, 0.00379152, -0.01218354, 0, 0,
    ]

    /// A subquery with the features and the label.
    ///
    /// Two uniform numbers per row make two independent normal ones (Box and Muller 1958). 52 bits of the hash and a
    /// half keep the uniform numbers off 0, whose logarithm does not exist.
    static func relation(_ kind: Kind, rows: Int, seed: Int) -> SQL {
        switch kind {
        case .article:
            """
            (SELECT x1, x2, (x1 + x2 > 0)::int4 AS y
             FROM (SELECT sqrt(-2 * ln(u)) * cos(2 * pi() * v) AS x1, sqrt(-2 * ln(u)) * sin(2 * pi() * v) AS x2
                   FROM (SELECT \(uniform(seed, 1)) AS u, \(uniform(seed, 2)) AS v
                         FROM generate_series(1, \(literal: rows)) AS i OFFSET '0') AS uniforms
                   OFFSET '0') AS normals) AS example
            """
        }
    }

    private static func uniform(_ seed: Int, _ stream: Int) -> SQL {
        """
        (((hashint8extended(i, \(literal: seed)::int8 * 8 + \(literal: stream)) & 4503599627370495)::float8 \
        + '0.5'::float8) / '4503599627370496'::float8)
        """
    }
}
