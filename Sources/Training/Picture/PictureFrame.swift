import Postgres
import SQLText

/// What a decision picture is drawn on: the range of the rows, and some of them. Kept with the run, so that no picture has to
/// read the rows, and that there is one when the snapshot is gone.
struct PictureFrame: Sendable {
    /// Smallest values on either axis, in the units in which the features are read.
    let minima: [Double]
    let maxima: [Double]
    /// Rows in an order drawn by lot: a part of them is as good a sample.
    let sample: [DecisionPicture.Point]
    /// What a reader has to know.
    let notice: String?

    /// So many rows at most.
    static let sampleSize = 500

    /// Rows in network form: a table with `x1`, `x2` and `y`.
    struct Table: Sendable {
        let name: SQL
        let split: Split
        let rows: Int
    }

    /// Reads tables for their range, and draws rows. One pass for each; the second hardly looks at the rows.
    static func gather(
        _ plane: Plane,
        _ tables: [Table],
        notice: String? = nil,
        on connection: Connection
    ) async throws -> PictureFrame {
        let tables = tables.filter { $0.rows > 0 }
        let all = tables.map { "SELECT x1, x2 FROM \($0.name)" as SQL }.joined(by: " UNION ALL ")
        let range = try await connection.query(
            """
            SELECT ARRAY[min(x1), min(x2)] AS minima, ARRAY[max(x1), max(x2)] AS maxima FROM (\(all)) AS rows
            """,
            name: "picture range"
        )
        let (minima, maxima): ([Double], [Double]) = (try range[0].get("minima"), try range[0].get("maxima"))
        func undone(_ values: [Double]) -> [Double] { zip(values, plane.encodings).map(Plane.undone) }
        return PictureFrame(
            minima: undone(minima),
            maxima: undone(maxima),
            sample: try await draw(plane, tables, on: connection),
            notice: notice
        )
    }

    /// Draws by the place of a row and not by what is in it: equal rows are as many in the sample as they are in the table.
    private static func draw(
        _ plane: Plane,
        _ tables: [Table],
        on connection: Connection
    ) async throws -> [DecisionPicture.Point] {
        let total = tables.reduce(0) { $0 + $1.rows }
        // Twice as many as needed are picked while reading; sorting all of a large table takes longer than reading it.
        let percent = min(100, 200 * Double(sampleSize) / Double(total))
        let picked: [SQL] = tables.map { table in
            let sampled: SQL =
                percent < 50 ? " TABLESAMPLE BERNOULLI (\(literal: percent)) REPEATABLE (\(literal: 1))" : ""
            return """
                SELECT x1, x2, y, \(table.split == .validation) AS held_out, hashtidextended(ctid, 1) AS lot
                FROM \(table.name)\(sampled)
                """
        }
        let found = try await connection.query(
            """
            SELECT x1, x2, y, held_out FROM (\(picked.joined(by: " UNION ALL "))) AS picked
            ORDER BY lot, held_out LIMIT \(literal: sampleSize)
            """,
            name: "picture sample"
        )
        return try found.map { row in
            DecisionPicture.Point(
                x: Plane.undone(try row.get("x1"), plane.x),
                y: Plane.undone(try row.get("x2"), plane.y),
                label: try row.get("y"),
                split: try row.get("held_out") ? .validation : .train
            )
        }
    }

    /// Keeps the frame, unless there is one.
    func store(_ run: Int, on connection: Connection) async throws {
        let flags = sample.map { Int64($0.split == .validation ? 1 : 0) }
        try await connection.query(
            """
            INSERT INTO pgradient.pictures
                (run_id, minima, maxima, sample_x, sample_y, sample_label, sample_validation, notice)
            VALUES (\(run), \(SQLValue.float8Array(minima)), \(SQLValue.float8Array(maxima)),
                    \(SQLValue.float8Array(sample.map(\.x))), \(SQLValue.float8Array(sample.map(\.y))),
                    \(SQLValue.float8Array(sample.map(\.label))), \(SQLValue.int8Array(flags))::int4[]::boolean[],
                    \(notice.map(SQLValue.text) ?? .null(.text)))
            ON CONFLICT DO NOTHING
            """,
            name: "store picture"
        )
    }

    /// The frame of a run; nil if it has none.
    /// - Parameter points: so many rows of the sample.
    static func stored(_ run: Int, points: Int, on connection: Connection) async throws -> PictureFrame? {
        let found = try await connection.query(
            """
            SELECT minima, maxima, notice, sample_x[:\(literal: points)] AS x, sample_y[:\(literal: points)] AS y,
                   sample_label[:\(literal: points)] AS label,
                   sample_validation[:\(literal: points)]::int4[]::int8[] AS held_out
            FROM pgradient.pictures WHERE run_id = \(run)
            """,
            name: "picture"
        )
        guard let row = found.first else { return nil }
        let (x, y): ([Double], [Double]) = (try row.get("x"), try row.get("y"))
        let (labels, heldOut): ([Double], [Int]) = (try row.get("label"), try row.get("held_out"))
        return PictureFrame(
            minima: try row.get("minima"),
            maxima: try row.get("maxima"),
            sample: x.indices.map {
                .init(x: x[$0], y: y[$0], label: labels[$0], split: heldOut[$0] == 1 ? .validation : .train)
            },
            notice: try row.get("notice")
        )
    }
}

extension Snapshot {
    /// Its tables, to be drawn from.
    func tables(rows: Int, validationRows: Int) -> [PictureFrame.Table] {
        [
            .init(name: "\(name)", split: .train, rows: rows),
            .init(name: "\(validation)", split: .validation, rows: validationRows),
        ]
    }
}

extension PictureFrame {
    /// Makes the frame of a run that was prepared before frames were kept, from the source as it is now. Belongs into a
    /// transaction.
    static func reread(_ run: Run, _ plane: Plane, on connection: Connection) async throws -> PictureFrame {
        var tables: [Table] = []
        var notices: [String] = []
        for split in run.splits where split != .test {
            let source = try await EvaluationSource.relation(run, split, on: connection)
            let name = Identifier("picture", tables.count)
            try await connection.query(
                "CREATE TEMPORARY TABLE \(name) ON COMMIT DROP AS \(source.rows)",
                name: "read picture rows"
            )
            tables.append(Table(name: "pg_temp.\(name)", split: split, rows: source.count))
            notices += [source.notice].compactMap(\.self)
        }
        return try await gather(
            plane,
            tables,
            notice: notices.isEmpty ? nil : notices.joined(separator: "; "),
            on: connection
        )
    }
}
