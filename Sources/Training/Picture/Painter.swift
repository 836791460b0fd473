import Lowering
import Postgres
import SQLText

/// Paints decision pictures: one statement asks the network about all cells.
struct Painter {
    let run: Run
    let plane: Plane
    let parameters: Parameters

    /// - Parameter points: how many rows are drawn over it; 0 for nil.
    func paint(size: Int, points: Int, _ frame: PictureFrame, on connection: Connection) async throws -> DecisionPicture
    {
        let x = DecisionPicture.Axis(plane.x, minimum: frame.minima[0], maximum: frame.maxima[0])
        let y = DecisionPicture.Axis(plane.y, minimum: frame.minima[1], maximum: frame.maxima[1])
        let statement = try self.statement(size, x, y)
        do {
            let lines = try await connection.transaction { connection in
                // Compiling the expressions of a wide network takes seconds, and they are used once.
                try await connection.query("SET LOCAL jit = off", name: "configure")
                return try await connection.query(statement, name: "decision picture")
            }
            return DecisionPicture(
                run: run.id,
                epoch: parameters.epoch,
                size: size,
                x: x,
                y: y,
                classes: run.classes,
                cells: try lines.map { try $0.get("cells") },
                confidence: run.classes == nil ? nil : try lines.map { try $0.get("confidence") },
                points: points == 0 ? nil : frame.sample,
                notice: frame.notice
            )
        } catch let error as PostgresError where error.sqlState == "22003" {
            throw TrainingError(
                .valuesTooLarge,
                "the parameters of epoch \(parameters.epoch) lead the network beyond the range of float8",
                field: "epoch",
                hint: "ask for an earlier epoch",
                sqlState: error.sqlState
            )
        }
    }

    /// A line of cells in a row, from the lowest y on.
    private func statement(_ size: Int, _ x: DecisionPicture.Axis, _ y: DecisionPicture.Axis) throws -> SQL {
        let network = try TrainedNetwork(run, parameters)
        let inputs = Snapshot.features(plane.encodings, fillsNulls: false) { "\(SourceRows.column($0))" }
        let source = RowSource(
            relation: """
                (SELECT grid_line, grid_place, \(inputs.commaSeparated)
                  FROM (SELECT grid_line, grid_place, \(middle("grid_place", x, size)) AS \(SourceRows.column(0)),
                          \(middle("grid_line", y, size)) AS \(SourceRows.column(1))
                        FROM generate_series(0, \(literal: size - 1)) AS grid_line
                        CROSS JOIN generate_series(0, \(literal: size - 1)) AS grid_place OFFSET '0') AS grid OFFSET '0') AS input
                """
        )
        let scores = try TrainingPlan.limited { () throws(StatementLimitError) in
            try network.lowering.prediction(source, carrying: ["grid_line", "grid_place"], orderedBy: nil)
        }
        let columns: SQL =
            run.classes == nil
            ? "array_agg(prediction[1] ORDER BY grid_place) AS cells"
            : """
            array_agg(class ORDER BY grid_place) AS cells,
            array_agg(prediction[class::int4 + 1] ORDER BY grid_place) AS confidence
            """
        // The weights are constants: what is the same for all cells is computed while planning.
        let text = scores.sql.inlined { network[$0] }
        return "SELECT \(columns) FROM (\(unsafeRaw: text) OFFSET '0') AS scored GROUP BY grid_line ORDER BY grid_line"
    }

    /// Where the middle of a cell lies.
    private func middle(_ index: SQL, _ axis: DecisionPicture.Axis, _ size: Int) -> SQL {
        let step = (axis.to - axis.from) / Double(size)
        return "\(literal: axis.from + step / 2) + \(index) * \(literal: step)"
    }
}
