import JSONTree

/// What a network can be asked for.
extension TrainingService {
    /// Predictions for rows given as objects with a number for every feature.
    public func predict(
        _ run: Int?,
        epoch: EpochChoice,
        rows: [JSON]
    ) async throws -> (Parameters, [Prediction]) {
        let run = try await self.run(run)
        return try await pool.withConnection { connection in
            let parameters = try await ParamStore.parameters(run, epoch, on: connection)
            let predictor = Predictor(run: run, parameters: parameters)
            return (parameters, try await predictor.predict(rows, on: connection))
        }
    }

    /// Writes the rows of a table with their predictions into another one.
    /// - Parameter onProgress: called every half second or so.
    public func score(
        _ run: Int?,
        epoch: EpochChoice = .chosen,
        _ order: ScoringOrder,
        onProgress: @escaping @Sendable (ScoringProgress) -> Void = { _ in }
    ) async throws -> ScoredTable {
        let run = try await self.run(run)
        return try await pool.withConnection { connection in
            let parameters = try await ParamStore.parameters(run, epoch, on: connection)
            return try await TableScoring(run, parameters, order, onProgress: onProgress).execute(on: connection)
        }
    }

    /// The network as SQL that needs nothing of pgradient.
    public func servingText(
        _ run: Int?,
        epoch: EpochChoice = .chosen,
        _ order: ServingOrder
    ) async throws -> String {
        let run = try await self.run(run)
        return try await pool.withConnection { connection in
            let parameters = try await ParamStore.parameters(run, epoch, on: connection)
            return try await ServingText(run, parameters, order).text(on: connection)
        }
    }
}
