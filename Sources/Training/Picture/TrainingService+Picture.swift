import Postgres

extension TrainingService {
    /// The decision picture of a run with two inputs.
    /// - Parameters:
    ///   - size: cells along either axis.
    ///   - points: at most so many rows are drawn over it; 0 for none.
    public func picture(_ id: Int, epoch: EpochChoice = .chosen, size: Int, points: Int) async throws -> DecisionPicture
    {
        try await pool.withConnection { connection in
            let run = try await RunStore.run(id, on: connection)
            let plane = try Plane(of: run)
            let parameters = try await ParamStore.parameters(run, epoch, on: connection)
            let painter = Painter(run: run, plane: plane, parameters: parameters)
            let frame = try await frame(run, plane, points: points, on: connection)
            return try await painter.paint(size: size, points: points, frame, on: connection)
        }
    }

    private func frame(_ run: Run, _ plane: Plane, points: Int, on connection: Connection) async throws -> PictureFrame
    {
        if let frame = try await PictureFrame.stored(run.id, points: points, on: connection) { return frame }
        try await connection.transaction { connection in
            try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", name: "configure")
            try await PictureFrame.reread(run, plane, on: connection).store(run.id, on: connection)
        }
        guard let frame = try await PictureFrame.stored(run.id, points: points, on: connection) else {
            throw RunStore.notFound(run.id)
        }
        return frame
    }
}
