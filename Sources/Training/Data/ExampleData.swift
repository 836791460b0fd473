import SQLText

/// Example rows, made in the database by hashing the row number and the seed: the same on every server version.
///
/// `hashint8extended` decides where PostgreSQL puts the rows of hash-partitioned tables, so its values can't change.
public enum ExampleData {
    /// The examples there are.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// x1, x2 ~ N(0, 1); y = 1 where x1 + x2 > 0.
        case article
        /// Three arms of a spiral, one class each: the data of the CS231n case study of a minimal network. Row i of a
        /// class of n lies at radius r = i / (n − 1) and angle 4·(class + r) + ε, ε ~ N(0, 0.2²), from the second axis.
        case spiral
        /// Two half circles, one reaching into the other, a class each, with noise of deviation 0.15: scikit-learn's
        /// `make_moons`.
        case moons

        /// Rows if the request does not say.
        var defaultRows: Int {
            switch self {
            case .article: 100_000
            case .spiral: 300
            case .moons: 1_000
            }
        }
    }

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
        case .spiral:
            // Rows of a class: the first classes have one more where the rows can't be divided by three.
            """
            (SELECT r * sin(angle) AS x1, r * cos(angle) AS x2, class AS y
             FROM (SELECT class, r, 4 * (class + r) + \(literal: 0.2) * sqrt(-2 * ln(u)) * cos(2 * pi() * v) AS angle
                   FROM (SELECT ((i - 1) % 3)::int4 AS class,
                                ((i - 1) / 3)::float8 / greatest((\(literal: rows) - (i - 1) % 3 - 1) / 3, 1) AS r,
                                \(uniform(seed, 1)) AS u, \(uniform(seed, 2)) AS v
                         FROM generate_series(1, \(literal: rows)) AS i OFFSET '0') AS uniforms
                   OFFSET '0') AS angles) AS example
            """
        case .moons:
            """
            (SELECT CASE class WHEN 0 THEN cos(angle) ELSE 1 - cos(angle) END
                      + \(literal: 0.15) * sqrt(-2 * ln(u)) * cos(2 * pi() * v) AS x1,
                    CASE class WHEN 0 THEN sin(angle) ELSE \(literal: 0.5) - sin(angle) END
                      + \(literal: 0.15) * sqrt(-2 * ln(u)) * sin(2 * pi() * v) AS x2, class AS y
             FROM (SELECT ((i - 1) % 2)::int4 AS class, pi() * \(uniform(seed, 3)) AS angle,
                          \(uniform(seed, 1)) AS u, \(uniform(seed, 2)) AS v
                   FROM generate_series(1, \(literal: rows)) AS i OFFSET '0') AS uniforms) AS example
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
