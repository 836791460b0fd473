import HTTPServer
import Training

extension Application {
    /// `GET /train/{id}/boundary`
    func showBoundary(_ request: HTTPServerRequest, _ id: Int) async throws -> HTTPServerResponse {
        var query = try QueryReader(request)
        let epoch = try query.string("epoch").map { try EpochChoice(parsing: $0) } ?? .chosen
        let size = try query.integer("size", DecisionPicture.sizeRange) ?? DecisionPicture.defaultSize
        let points = try query.integer("points", 0...DecisionPicture.maximumPoints) ?? DecisionPicture.maximumPoints
        try query.finish()
        return .json(BoundaryDocument.json(try await training.picture(id, epoch: epoch, size: size, points: points)))
    }
}
