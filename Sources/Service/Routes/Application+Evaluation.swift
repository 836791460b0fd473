import HTTPServer
import JSONTree
import Training

extension Application {
    /// `GET /train/{id}/evaluation`
    func showEvaluation(_ request: HTTPServerRequest, _ id: Int) async throws -> HTTPServerResponse {
        var query = try QueryReader(request)
        let epoch = try query.string("epoch").map { try EpochChoice(parsing: $0) } ?? .chosen
        let split = try query.choice("split", Split.self)
        let table = query.string("table")
        let isImportanceAsked = try query.choice("importance", Truth.self) == .true
        let repeats = try query.integer("repeats", Importance.repeatRange)
        _ = try query.choice("format", DocumentFormat.self)
        try query.finish()
        if let repeats, !isImportanceAsked {
            throw Problem(
                status: .unprocessableContent,
                code: "irrelevant_option",
                detail: "repeats=\(repeats) means nothing without importance=true",
                field: "repeats"
            )
        }
        let evaluation = try await training.evaluation(
            id,
            epoch: epoch,
            split: split,
            table: table,
            repeats: isImportanceAsked ? repeats ?? Importance.defaultRepeats : nil
        )
        return .json(EvaluationDocument.json(evaluation))
    }
}

/// How a document that is no list can be had.
private enum DocumentFormat: String, CaseIterable { case json }
